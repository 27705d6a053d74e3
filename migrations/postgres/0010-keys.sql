-- Clients have several keys, secrets or certificates, of which only the digests are kept. Rows stay when a client is
-- revoked or a key has expired. stores [store, …], or null for all of them.
-- key_no counts a client's keys from 1. author, idempotency_key and fingerprint tell the call that made the key, in the
-- scope of the client that made it, or are null.
CREATE TABLE client_key (
    client bigint NOT NULL REFERENCES client,
    key_no bigint NOT NULL CHECK (key_no > 0),
    created_at bigint NOT NULL,
    expires_at bigint,
    author bigint,
    kind text NOT NULL CHECK (kind IN ('secret', 'certificate')),
    digest bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    fingerprint bytea,
    idempotency_key text,
    PRIMARY KEY (client, key_no),
    CHECK ((author IS NULL) = (idempotency_key IS NULL) AND (author IS NULL) = (fingerprint IS NULL))
);

INSERT INTO client_key (client, key_no, kind, digest, created_at)
SELECT client, 1, 'secret', key_digest, created_at FROM client;

ALTER TABLE client ADD COLUMN revoked_at bigint, ADD COLUMN stores text, DROP COLUMN key_digest;
