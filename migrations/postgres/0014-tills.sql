-- What tills need of members whom they cannot ask about.

-- Sales without a member, which somebody may claim until an instant; they go some time after it. sale is the key of the
-- receipt, hashed as in `claim`, where it is as well with the sequence 0 until somebody claims the sale, which is then an
-- operation. returns is what came back before: [[occurred_at, what came back as in operation.detail], …]. version counts
-- the changes.
CREATE TABLE kept_sale (
    sale uuid PRIMARY KEY,
    version bigint NOT NULL CHECK (version > 0),
    until bigint NOT NULL,
    claimed boolean NOT NULL,
    occurred_at bigint NOT NULL,
    store text NOT NULL,
    terminal text NOT NULL,
    receipt text NOT NULL,
    channel text NOT NULL,
    currency text NOT NULL,
    items text NOT NULL,
    words text,
    returns text
);

CREATE INDEX kept_sale_until ON kept_sale (until);

-- The calls that made and changed them, with their answers; they go with the sale. The key of each is in `claim` with
-- the sequence 0.
CREATE TABLE kept_call (
    claim uuid PRIMARY KEY,
    sale uuid NOT NULL,
    client bigint NOT NULL,
    idempotency_key text NOT NULL,
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    result text NOT NULL
);

CREATE INDEX kept_call_sale ON kept_call (sale);

-- The keys that sign what tills check while they cannot ask: 32 bytes of an Ed25519 key each. The one with the greatest
-- number signs, and all of them are told to tills.
CREATE TABLE signing_key (
    key_no bigint PRIMARY KEY CHECK (key_no > 0),
    created_at bigint NOT NULL,
    secret bytea NOT NULL CHECK (octet_length(secret) = 32)
);

-- From here on an entry of member.holds may have a fifth field: until when a till may use the points without asking.
