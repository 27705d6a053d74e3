-- Clients have several keys, secrets or certificates, of which only the digests are kept. Rows stay when a client is
-- revoked or a key has expired. stores [store, …], or null for all of them.
CREATE TABLE client_with_keys (
    client INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('pos', 'shop', 'analyst', 'admin')),
    stores TEXT,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

-- key_no counts a client's keys from 1. author, idempotency_key and fingerprint tell the call that made the key, in the
-- scope of the client that made it, or are null.
CREATE TABLE client_key (
    client INTEGER NOT NULL,
    key_no INTEGER NOT NULL CHECK (key_no > 0),
    kind TEXT NOT NULL CHECK (kind IN ('secret', 'certificate')),
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    author INTEGER,
    idempotency_key TEXT,
    fingerprint BLOB,
    PRIMARY KEY (client, key_no),
    CHECK ((author IS NULL) = (idempotency_key IS NULL) AND (author IS NULL) = (fingerprint IS NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO client_with_keys (client, name, role, created_at) SELECT client, name, role, created_at FROM client;
INSERT INTO client_key (client, key_no, kind, digest, created_at)
SELECT client, 1, 'secret', key_digest, created_at FROM client;

DROP TABLE client;
ALTER TABLE client_with_keys RENAME TO client;
