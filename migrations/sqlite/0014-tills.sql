-- What tills need of members whom they cannot ask about.

-- Sales without a member, which somebody may claim until an instant; they go some time after it. claimed is 1 once
-- somebody did, and the sale is a purchase as well. returns is what came back before:
-- [[occurred_at, what came back as in operation.detail], …]. version counts the changes.
CREATE TABLE kept_sale (
    store TEXT NOT NULL,
    terminal TEXT NOT NULL,
    receipt TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    until INTEGER NOT NULL,
    claimed INTEGER NOT NULL CHECK (claimed IN (0, 1)),
    channel TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    currency TEXT NOT NULL,
    items TEXT NOT NULL,
    words TEXT,
    returns TEXT,
    PRIMARY KEY (store, terminal, receipt)
) STRICT;

CREATE INDEX kept_sale_until ON kept_sale (until);

-- The calls that made and changed them, with their answers; they go with the sale.
CREATE TABLE kept_call (
    client INTEGER NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    store TEXT NOT NULL,
    terminal TEXT NOT NULL,
    receipt TEXT NOT NULL,
    result TEXT NOT NULL,
    PRIMARY KEY (client, idempotency_key)
) STRICT;

CREATE INDEX kept_call_sale ON kept_call (store, terminal, receipt);

-- The keys that sign what tills check while they cannot ask: 32 bytes of an Ed25519 key each. The one with the greatest
-- number signs, and all of them are told to tills.
CREATE TABLE signing_key (
    key_no INTEGER PRIMARY KEY CHECK (key_no > 0),
    created_at INTEGER NOT NULL,
    secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;

-- From here on an entry of member.holds may have a fifth field: until when a till may use the points without asking.
