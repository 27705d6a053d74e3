-- When what was personal of a member was erased.
ALTER TABLE member ADD COLUMN erased_at INTEGER;

-- What members agreed to, or no longer do: personal data, and erased with the rest.
CREATE TABLE consent (
    member_no INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    granted INTEGER NOT NULL CHECK (granted IN (0, 1)),
    source TEXT NOT NULL,
    said_at INTEGER NOT NULL,
    PRIMARY KEY (member_no, purpose)
) STRICT, WITHOUT ROWID;

-- The answer of an operation, which no digest covers, is the one thing of history that may go.
DROP TRIGGER operation_no_update;
CREATE TRIGGER operation_no_update BEFORE UPDATE OF
    op, member_no, seq, previous_op, kind, client, idempotency_key, fingerprint, occurred_at, posted_at, rule_set, writer,
    batch_no, digest, first_transfer, transfers, first_lot, lots_opened, lots_changed, about, detail, tier_changes
    ON operation
BEGIN SELECT RAISE(ABORT, 'operation: rows are only ever added'); END;
CREATE TRIGGER operation_only_erased BEFORE UPDATE OF result ON operation WHEN NEW.result <> ''
BEGIN SELECT RAISE(ABORT, 'operation: answers are only ever erased'); END;

-- Up to which batch of a writer answers are kept no longer, because they are older than the operator wants them kept.
CREATE TABLE answers_forgotten (
    writer INTEGER PRIMARY KEY,
    batch_no INTEGER NOT NULL
) STRICT;
