-- Rule sets by time, who published them, the audit trail, and clients that only read.

-- Versions follow one another in time: effective_from never decreases.
CREATE TABLE rule_set_by_time (
    version INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    added_at INTEGER NOT NULL,
    effective_from INTEGER NOT NULL,
    author TEXT NOT NULL,
    note TEXT NOT NULL,
    -- The idempotency key it was published under, in the scope of its client, or nulls.
    client INTEGER,
    idempotency_key TEXT,
    fingerprint BLOB,
    CHECK ((client IS NULL) = (idempotency_key IS NULL) AND (client IS NULL) = (fingerprint IS NULL))
) STRICT;

INSERT INTO rule_set_by_time (version, source, digest, added_at, effective_from, author, note)
SELECT version, source, digest, added_at, max(added_at) OVER (ORDER BY version), 'command line', ''
FROM rule_set ORDER BY version;

DROP TABLE rule_set;
ALTER TABLE rule_set_by_time RENAME TO rule_set;

CREATE UNIQUE INDEX rule_set_key ON rule_set (client, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TRIGGER rule_set_no_update BEFORE UPDATE ON rule_set
    BEGIN SELECT RAISE(ABORT, 'rule sets are only ever added'); END;
CREATE TRIGGER rule_set_no_delete BEFORE DELETE ON rule_set
    BEGIN SELECT RAISE(ABORT, 'rule sets are only ever added'); END;

-- The newest rule set that was known when a batch was decided; 0 for batches from before this was kept, each of which
-- was decided under one rule set whatever the time.
ALTER TABLE block ADD COLUMN newest_rule_set INTEGER NOT NULL DEFAULT 0;

-- A role for those who only look.
CREATE TABLE client_with_roles (
    client INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('pos', 'shop', 'analyst', 'admin')),
    key_digest BLOB NOT NULL UNIQUE CHECK (length(key_digest) = 32),
    created_at INTEGER NOT NULL
) STRICT;

INSERT INTO client_with_roles SELECT client, name, role, key_digest, created_at FROM client;

DROP TABLE client;
ALTER TABLE client_with_roles RENAME TO client;

-- Who changed what the program does and who may call. Each digest covers the entry and the digest before it.
-- details [[name, value], …]
CREATE TABLE audit (
    entry INTEGER PRIMARY KEY CHECK (entry > 0),
    at INTEGER NOT NULL,
    client INTEGER,
    author TEXT NOT NULL,
    origin TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is only ever added to'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is only ever added to'); END;
