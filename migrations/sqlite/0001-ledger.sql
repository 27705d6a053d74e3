-- The ledger. What happened is only ever added, in the order of recording and under dense numbers, so that it lands on
-- the last page of its table; a member's present state is one row. docs/decisions/0004-sqlite-layout.md has the reasons.

-- Documents and clients

CREATE TABLE rule_set (
    version INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE client (
    client INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('pos', 'shop', 'admin')),
    key_digest BLOB NOT NULL UNIQUE CHECK (length(key_digest) = 32),
    created_at INTEGER NOT NULL
) STRICT;

-- Members

-- Running numbers: 'member_number' is the next one to lease, 'members' how many there are.
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO counter (name, value) VALUES ('member_number', 1), ('members', 0);

-- The one row a member that changes. Balances, open lots and tier are JSON that nothing searches in:
-- balances [[currency, available, pending, held, debt], …]
-- lots     [[number, currency, origin, rule_set, original, remaining, earned_at, expires_at or null], …]
-- tier     {"periods": [[level, since], …], "until": … or null, "totals": [[year, total], …]}
CREATE TABLE member (
    member_no INTEGER PRIMARY KEY CHECK (member_no > 0),
    id TEXT NOT NULL,
    enrolled_at INTEGER NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    head BLOB NOT NULL CHECK (length(head) = 32),
    last_op INTEGER NOT NULL,
    last_lot INTEGER NOT NULL CHECK (last_lot >= 0),
    last_transfer INTEGER NOT NULL CHECK (last_transfer >= 0),
    purchases INTEGER NOT NULL CHECK (purchases >= 0),
    first_purchase_at INTEGER,
    last_purchase_at INTEGER,
    balances TEXT NOT NULL,
    lots TEXT NOT NULL,
    tier TEXT
) STRICT;

-- Personal data apart, so that erasing is one delete.
CREATE TABLE member_profile (
    member_no INTEGER PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;

-- `position` counts a member's identifiers in the order of adding.
CREATE TABLE identifier (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    member_no INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX identifier_of_member ON identifier (member_no, position);

-- History: only ever added

CREATE TABLE writer (
    writer INTEGER PRIMARY KEY,
    registered_at INTEGER NOT NULL
) STRICT;

-- One row a batch; its operations are those from first_op on.
CREATE TABLE block (
    writer INTEGER NOT NULL,
    batch_no INTEGER NOT NULL CHECK (batch_no > 0),
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    root BLOB NOT NULL CHECK (length(root) = 32),
    count INTEGER NOT NULL CHECK (count > 0),
    first_op INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (writer, batch_no)
) STRICT, WITHOUT ROWID;

-- previous_op is the member's operation before this one: a member's history is a list from member.last_op backwards.
-- The transfers are those from first_transfer on; the lots those from first_lot on, opened ones first.
CREATE TABLE operation (
    op INTEGER PRIMARY KEY CHECK (op > 0),
    member_no INTEGER NOT NULL,
    seq INTEGER NOT NULL CHECK (seq > 0),
    previous_op INTEGER CHECK (previous_op < op),
    kind INTEGER NOT NULL,
    client INTEGER,
    idempotency_key TEXT,
    fingerprint BLOB,
    occurred_at INTEGER NOT NULL,
    posted_at INTEGER NOT NULL,
    rule_set INTEGER NOT NULL,
    writer INTEGER NOT NULL,
    batch_no INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    first_transfer INTEGER NOT NULL,
    transfers INTEGER NOT NULL CHECK (transfers >= 0),
    first_lot INTEGER NOT NULL,
    lots_opened INTEGER NOT NULL CHECK (lots_opened >= 0),
    lots_changed INTEGER NOT NULL CHECK (lots_changed >= 0),
    result TEXT NOT NULL,
    CHECK ((client IS NULL) = (idempotency_key IS NULL) AND (client IS NULL) = (fingerprint IS NULL))
) STRICT;

CREATE UNIQUE INDEX operation_key ON operation (client, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- Every 32nd operation of a member, so that any place in a long history is near.
CREATE TABLE operation_landmark (
    member_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    op INTEGER NOT NULL,
    PRIMARY KEY (member_no, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE transfer (
    transfer INTEGER PRIMARY KEY,
    op INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    currency TEXT NOT NULL,
    debit INTEGER NOT NULL,
    credit INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    lot INTEGER NOT NULL,
    available_after INTEGER NOT NULL,
    CHECK (debit <> credit)
) STRICT;

-- A lot as an operation left it: one row when it opens and one more each time it changes.
CREATE TABLE lot (
    entry INTEGER PRIMARY KEY,
    op INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    currency TEXT NOT NULL,
    origin INTEGER NOT NULL,
    rule_set INTEGER NOT NULL,
    original INTEGER NOT NULL,
    remaining INTEGER NOT NULL,
    earned_at INTEGER NOT NULL,
    expires_at INTEGER,
    CHECK (original > 0 AND 0 <= remaining AND remaining <= original)
) STRICT;

-- items is JSON: [[sku, category, [tag, …], quantity, amount, tax], …]
CREATE TABLE purchase (
    op INTEGER PRIMARY KEY,
    store TEXT NOT NULL,
    terminal TEXT NOT NULL,
    receipt TEXT NOT NULL,
    channel TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    currency TEXT NOT NULL,
    items TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX purchase_receipt ON purchase (store, terminal, receipt);

-- What a batch moved into (positive) or out of (negative) an account of the program.
CREATE TABLE program_total (
    writer INTEGER NOT NULL,
    batch_no INTEGER NOT NULL,
    currency TEXT NOT NULL,
    account INTEGER NOT NULL,
    change INTEGER NOT NULL
) STRICT;

-- Nothing that happened is rewritten: a second line behind the hash chains.

CREATE TRIGGER rule_set_no_update BEFORE UPDATE ON rule_set
    BEGIN SELECT RAISE(ABORT, 'rule sets are only ever added'); END;
CREATE TRIGGER rule_set_no_delete BEFORE DELETE ON rule_set
    BEGIN SELECT RAISE(ABORT, 'rule sets are only ever added'); END;
CREATE TRIGGER writer_no_update BEFORE UPDATE ON writer
    BEGIN SELECT RAISE(ABORT, 'writers are only ever added'); END;
CREATE TRIGGER writer_no_delete BEFORE DELETE ON writer
    BEGIN SELECT RAISE(ABORT, 'writers are only ever added'); END;
CREATE TRIGGER block_no_update BEFORE UPDATE ON block
    BEGIN SELECT RAISE(ABORT, 'blocks are only ever added'); END;
CREATE TRIGGER block_no_delete BEFORE DELETE ON block
    BEGIN SELECT RAISE(ABORT, 'blocks are only ever added'); END;
CREATE TRIGGER operation_no_update BEFORE UPDATE ON operation
    BEGIN SELECT RAISE(ABORT, 'operations are only ever added'); END;
CREATE TRIGGER operation_no_delete BEFORE DELETE ON operation
    BEGIN SELECT RAISE(ABORT, 'operations are only ever added'); END;
CREATE TRIGGER operation_landmark_no_update BEFORE UPDATE ON operation_landmark
    BEGIN SELECT RAISE(ABORT, 'landmarks are only ever added'); END;
CREATE TRIGGER operation_landmark_no_delete BEFORE DELETE ON operation_landmark
    BEGIN SELECT RAISE(ABORT, 'landmarks are only ever added'); END;
CREATE TRIGGER transfer_no_update BEFORE UPDATE ON transfer
    BEGIN SELECT RAISE(ABORT, 'transfers are only ever added'); END;
CREATE TRIGGER transfer_no_delete BEFORE DELETE ON transfer
    BEGIN SELECT RAISE(ABORT, 'transfers are only ever added'); END;
CREATE TRIGGER lot_no_update BEFORE UPDATE ON lot
    BEGIN SELECT RAISE(ABORT, 'entries of lots are only ever added'); END;
CREATE TRIGGER lot_no_delete BEFORE DELETE ON lot
    BEGIN SELECT RAISE(ABORT, 'entries of lots are only ever added'); END;
CREATE TRIGGER purchase_no_update BEFORE UPDATE ON purchase
    BEGIN SELECT RAISE(ABORT, 'purchases are only ever added'); END;
CREATE TRIGGER purchase_no_delete BEFORE DELETE ON purchase
    BEGIN SELECT RAISE(ABORT, 'purchases are only ever added'); END;
CREATE TRIGGER program_total_no_update BEFORE UPDATE ON program_total
    BEGIN SELECT RAISE(ABORT, 'program totals are only ever added'); END;
CREATE TRIGGER program_total_no_delete BEFORE DELETE ON program_total
    BEGIN SELECT RAISE(ABORT, 'program totals are only ever added'); END;
