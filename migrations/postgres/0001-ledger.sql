-- The ledger. Keys begin with the member, so that one member's rows lie together and every table can be distributed by
-- member; what cannot be (claims, identifiers, blocks) has a key of its own. Points, instants (milliseconds since 1970)
-- and numbers are BIGINT. There are no foreign keys: the engine decides what is written, a batch checks itself, and
-- `kizuna verify` proves the whole. docs/reference/schema.md explains every table to people who ask questions.

-- Raising from within a statement

-- Ends the transaction unless a statement changed as many rows as it had to: the guard of a pipeline, in which nobody
-- reads a count before COMMIT arrives.
CREATE FUNCTION expect_rows(changed bigint, wanted bigint, state text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF changed <> wanted THEN
        RAISE EXCEPTION '% of % rows', changed, wanted USING ERRCODE = state;
    END IF;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'KZ003';
END $$;

-- Documents and clients

-- Versions follow one another in time: effective_from never decreases. claim is the key of the idempotency key it was
-- published under, hashed as in the table claim; client, idempotency_key and fingerprint say which, or are null.
CREATE TABLE rule_set (
    version bigint PRIMARY KEY,
    added_at bigint NOT NULL,
    effective_from bigint NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    author text NOT NULL,
    note text NOT NULL,
    claim uuid UNIQUE,
    client bigint,
    idempotency_key text,
    fingerprint bytea,
    source text NOT NULL
);

CREATE TABLE client (
    client bigint PRIMARY KEY,
    created_at bigint NOT NULL,
    role text NOT NULL CHECK (role IN ('pos', 'shop', 'analyst', 'admin')),
    name text NOT NULL,
    key_digest bytea NOT NULL UNIQUE CHECK (octet_length(key_digest) = 32)
);

-- Who changed what the program does and who may call. Each digest covers the entry and the digest before it.
-- details [[name, value], …]
CREATE TABLE audit (
    entry bigint PRIMARY KEY CHECK (entry > 0),
    at bigint NOT NULL,
    client bigint,
    author text NOT NULL,
    origin text,
    action text NOT NULL,
    subject text NOT NULL,
    details text NOT NULL,
    previous bytea NOT NULL CHECK (octet_length(previous) = 32),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32)
);

-- Members

-- Running numbers: 'member_number' is the next one to lease.
CREATE TABLE counter (
    name text PRIMARY KEY,
    value bigint NOT NULL
);

INSERT INTO counter (name, value) VALUES ('member_number', 1);

-- The one row a member that changes. No index covers a column that changes and the pages keep room, so that an update
-- stays on its page (HOT). Balances, open lots, tier and usages are JSON that nothing searches in:
-- balances [[currency, available, pending, held, debt], …]
-- lots     [[number, currency, origin, rule_set, original, remaining, earned_at, expires_at or null], …]; an entry of a
--          lot that is held or not vested has two more fields, held and vests_at as in lot_entry
-- tier     {"periods": [[level, since], …], "until": … or null, "totals": [[year, total], …]}
-- usages   [[kind, id, window_start, amount], …], or null for none
-- holds    [[operation, currency, until, [lot, points, …]], …], or null for none
-- vouchers [[code, reward, operation, expires_at or null, used by operation or null, used at or null], …], or null
-- celebrated_until is up to when birthdays and anniversaries are applied; null for the time of joining.
CREATE TABLE member (
    member_no bigint PRIMARY KEY CHECK (member_no > 0),
    version bigint NOT NULL,
    enrolled_at bigint NOT NULL,
    last_lot bigint NOT NULL,
    last_transfer bigint NOT NULL,
    purchases bigint NOT NULL,
    first_purchase_at bigint,
    last_purchase_at bigint,
    celebrated_until bigint,
    head bytea NOT NULL,
    id text NOT NULL,
    balances text NOT NULL,
    lots text NOT NULL,
    tier text,
    usages text,
    holds text,
    vouchers text
) WITH (fillfactor = 70);

-- Personal data apart, so that erasing is one delete.
CREATE TABLE member_profile (
    member_no bigint PRIMARY KEY,
    name text NOT NULL
);

-- What rules may know of a person, apart from the ledger: {"attributes": {name: value, …}, "tags": [tag, …],
-- "segments": [segment, …]}, where a date is {"date": "1990-05-03"}.
CREATE TABLE member_traits (
    member_no bigint PRIMARY KEY,
    traits text NOT NULL
) WITH (fillfactor = 70);

-- identifier is the first half of SHA-256 over kind and value: a text of any length becomes a key of 16 bytes.
-- `position` counts a member's identifiers in the order of adding.
CREATE TABLE identifier (
    identifier uuid PRIMARY KEY,
    member_no bigint NOT NULL,
    position integer NOT NULL,
    kind text NOT NULL,
    value text NOT NULL
);

CREATE UNIQUE INDEX identifier_of_member ON identifier (member_no, position);

-- History: only ever added

CREATE TABLE writer (
    writer bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    registered_at bigint NOT NULL
);

-- One row a batch. members[i] and sequences[i] name its operations in the order of its leaves. `place` orders the
-- batches of all writers: a batch that builds on another one has the greater place. Places have holes and become
-- visible out of order, so a consumer that follows uses (writer, batch_no). newest_rule_set is the newest one that was
-- known when the batch was decided.
-- totals is what it moved into (positive) or out of accounts of the program: [[currency, account, change], …]; the view
-- program_total makes rows of it.
CREATE TABLE block (
    writer bigint NOT NULL,
    batch_no bigint NOT NULL CHECK (batch_no > 0),
    place bigint GENERATED ALWAYS AS IDENTITY,
    recorded_at bigint NOT NULL,
    newest_rule_set bigint NOT NULL,
    operations integer NOT NULL CHECK (operations > 0),
    transfers integer NOT NULL,
    enrolled integer NOT NULL,
    previous bytea NOT NULL CHECK (octet_length(previous) = 32),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    totals text NOT NULL,
    members bigint[] NOT NULL,
    sequences bigint[] NOT NULL,
    PRIMARY KEY (writer, batch_no)
);

CREATE INDEX block_place ON block (place);

-- One row an operation, with the sale or the event that it recorded. client, idempotency_key and fingerprint are null
-- for what the engine did of itself; store to words are null for what is no purchase.
-- What rules saw besides the ledger: shared and used as member.usages, standing [tier or null, purchases, days since the
-- last or null, days since enrolment, [balance, …]]; each null where there was nothing. What is personal is in `seen`.
-- about is the sequence of the member's earlier operation that this one concerns; detail is what was asked for, as far as
-- nothing else tells: [[name, number or text or [number, …]], …]; payment are the points that paid a part of a purchase:
-- [currency, points, sequence of the hold or null].
-- items [[sku, category, [tag, …], quantity, amount, tax], …]; words [[tag, …], [coupon, …]], or null for none
--
-- What it moved is in its row, too, because a row of its own for each movement costs more than all that is in them. The
-- views transfer, lot_entry and usage make rows of it. Each is null for nothing:
-- transfers           [[number, currency, debit, credit, amount, lot, available_after], …]; number counts the member's
-- lots_opened and     lots as the operation left them, as in member.lots
--   lots_changed
-- usages              as in member.usages; negative where something was given back
CREATE TABLE operation (
    member_no bigint NOT NULL,
    seq bigint NOT NULL,
    occurred_at bigint NOT NULL,
    posted_at bigint NOT NULL,
    rule_set bigint NOT NULL,
    writer bigint NOT NULL,
    batch_no bigint NOT NULL,
    client bigint,
    purchased_at bigint,
    about bigint,
    kind smallint NOT NULL,
    digest bytea NOT NULL,
    fingerprint bytea,
    idempotency_key text,
    result text NOT NULL,
    event text,
    store text,
    terminal text,
    receipt text,
    channel text,
    currency text,
    items text,
    words text,
    payment text,
    detail text,
    transfers text,
    lots_opened text,
    lots_changed text,
    usages text,
    seen_shared text,
    seen_used text,
    seen_standing text,
    PRIMARY KEY (member_no, seq)
);

-- What may be used once: idempotency keys and receipts. claim is made of what is claimed (HashedKey), and leads
-- to the operation that has it.
CREATE TABLE claim (
    claim uuid PRIMARY KEY,
    member_no bigint NOT NULL,
    seq bigint NOT NULL
);

-- What rules saw of the person at an operation, and the codes of vouchers that were given: [code, …]. It can be erased.
CREATE TABLE seen (
    member_no bigint NOT NULL,
    seq bigint NOT NULL,
    traits text,
    attributes text,
    codes text,
    PRIMARY KEY (member_no, seq)
);

-- Movements as rows, for questions. Nobody writes to them.

-- leg counts an operation's transfers, number the member's.
CREATE VIEW transfer AS
SELECT member_no, seq, leg.place::smallint AS leg, (field ->> 0)::bigint AS number, field ->> 1 AS currency,
    (field ->> 2)::smallint AS debit, (field ->> 3)::smallint AS credit, (field ->> 4)::bigint AS amount,
    (field ->> 5)::bigint AS lot, (field ->> 6)::bigint AS available_after
FROM operation
CROSS JOIN LATERAL jsonb_array_elements(transfers::jsonb) WITH ORDINALITY AS leg (field, place);

-- A lot as an operation left it: one row when it opens and one more each time it changes. vests_at is null for points
-- that can be spent, and the greatest bigint for points that wait for a confirmation.
CREATE VIEW lot_entry AS
SELECT member_no, seq, entry.place::smallint AS position, opened, (field ->> 0)::bigint AS number,
    field ->> 1 AS currency, (field ->> 2)::bigint AS origin, (field ->> 3)::bigint AS rule_set,
    (field ->> 4)::bigint AS original, (field ->> 5)::bigint AS remaining, coalesce((field ->> 8)::bigint, 0) AS held,
    (field ->> 6)::bigint AS earned_at, (field ->> 9)::bigint AS vests_at, (field ->> 7)::bigint AS expires_at
FROM operation
CROSS JOIN LATERAL (VALUES (true, lots_opened), (false, lots_changed)) AS part (opened, lots)
CROSS JOIN LATERAL jsonb_array_elements(part.lots::jsonb) WITH ORDINALITY AS entry (field, place);

-- What an operation used (positive) or gave back (negative) of limits, caps, budgets, carried money and stamps.
CREATE VIEW usage AS
SELECT member_no, seq, entry.place::smallint AS position, (field ->> 0)::smallint AS kind, field ->> 1 AS id,
    (field ->> 2)::bigint AS window_start, (field ->> 3)::bigint AS change
FROM operation
CROSS JOIN LATERAL jsonb_array_elements(usages::jsonb) WITH ORDINALITY AS entry (field, place);

-- What a batch moved into (positive) or out of (negative) an account of the program.
CREATE VIEW program_total AS
SELECT writer, batch_no, field ->> 0 AS currency, (field ->> 1)::smallint AS account, (field ->> 2)::bigint AS change
FROM block
CROSS JOIN LATERAL jsonb_array_elements(totals::jsonb) AS entry (field);

-- Housekeeping. Plans do not depend on statistics, because sessions are pinned to theirs, and only questions need them:
-- not of columns that nobody searches in, and not of every few thousand rows of a small table anew.

ALTER TABLE member ALTER head SET STATISTICS 0, ALTER balances SET STATISTICS 0, ALTER lots SET STATISTICS 0,
    ALTER tier SET STATISTICS 0, ALTER usages SET STATISTICS 0, ALTER holds SET STATISTICS 0,
    ALTER vouchers SET STATISTICS 0, SET (autovacuum_analyze_threshold = 100000);
ALTER TABLE operation ALTER digest SET STATISTICS 0, ALTER fingerprint SET STATISTICS 0,
    ALTER idempotency_key SET STATISTICS 0, ALTER result SET STATISTICS 0, ALTER receipt SET STATISTICS 0,
    ALTER items SET STATISTICS 0, ALTER words SET STATISTICS 0, ALTER payment SET STATISTICS 0,
    ALTER detail SET STATISTICS 0, ALTER transfers SET STATISTICS 0, ALTER lots_opened SET STATISTICS 0,
    ALTER lots_changed SET STATISTICS 0, ALTER usages SET STATISTICS 0, ALTER seen_shared SET STATISTICS 0,
    ALTER seen_used SET STATISTICS 0, ALTER seen_standing SET STATISTICS 0,
    SET (autovacuum_analyze_threshold = 250000, autovacuum_vacuum_insert_threshold = 250000);
ALTER TABLE claim ALTER claim SET STATISTICS 0,
    SET (autovacuum_analyze_threshold = 500000, autovacuum_vacuum_insert_threshold = 500000);
ALTER TABLE block ALTER previous SET STATISTICS 0, ALTER root SET STATISTICS 0, ALTER totals SET STATISTICS 0,
    ALTER members SET STATISTICS 0, ALTER sequences SET STATISTICS 0;

-- What members share

CREATE TABLE shared_usage (
    kind smallint NOT NULL,
    id text COLLATE "C" NOT NULL,
    window_start bigint NOT NULL,
    used bigint NOT NULL CHECK (used >= 0),
    PRIMARY KEY (kind, id, window_start)
) WITH (fillfactor = 20);

-- Nothing that happened is rewritten: a second line behind the hash chains and the rights of the engine's role. The
-- triggers are called once a statement, and never by an insertion.

CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON rule_set
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON writer
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON block
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON operation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON claim
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
