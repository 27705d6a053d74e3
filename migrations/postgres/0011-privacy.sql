-- When what was personal of a member was erased.
ALTER TABLE member ADD COLUMN erased_at bigint;

-- What members agreed to, or no longer do: personal data, and erased with the rest.
CREATE TABLE consent (
    member_no bigint NOT NULL,
    purpose text NOT NULL,
    granted boolean NOT NULL,
    source text NOT NULL,
    said_at bigint NOT NULL,
    PRIMARY KEY (member_no, purpose)
);

-- The answer of an operation, which no digest covers, is the one thing of history that may go.
CREATE FUNCTION only_erase_answers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept operation := NEW;
BEGIN
    kept.result := OLD.result;
    IF NEW.result <> '' OR kept IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'rows of operation are only ever added, and answers erased' USING ERRCODE = 'KZ003';
    END IF;
    RETURN NEW;
END
$$;

DROP TRIGGER only_added ON operation;
CREATE TRIGGER only_added BEFORE DELETE OR TRUNCATE ON operation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_erased BEFORE UPDATE ON operation
    FOR EACH ROW EXECUTE FUNCTION only_erase_answers();

-- Refused before any row is looked at, as for every other table of history.
DO $$
DECLARE
    kept text;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ') INTO kept FROM pg_attribute
    WHERE attrelid = 'operation'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'result';
    EXECUTE format(
        'CREATE TRIGGER only_answers BEFORE UPDATE OF %s ON operation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
        kept);
END
$$;

-- Up to which batch of a writer answers are kept no longer, because they are older than the operator wants them kept.
CREATE TABLE answers_forgotten (
    writer bigint PRIMARY KEY,
    batch_no bigint NOT NULL
);
