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
        RAISE EXCEPTION 'history is only ever added to, but for answers that are erased';
    END IF;
    RETURN NEW;
END
$$;

DROP TRIGGER only_added ON operation;
CREATE TRIGGER only_added BEFORE DELETE OR TRUNCATE ON operation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_erased BEFORE UPDATE ON operation
    FOR EACH ROW EXECUTE FUNCTION only_erase_answers();
