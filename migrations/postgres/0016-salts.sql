-- What the fingerprint of a call was mixed with, so that nobody can try what it said. It goes with the answer. Null where
-- the fingerprint is of the call alone, as it was in older rows, and where the answer is erased.
ALTER TABLE operation ADD COLUMN salt uuid;

CREATE OR REPLACE FUNCTION only_erase_answers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept operation := NEW;
BEGIN
    kept.result := OLD.result;
    -- A server of the version before empties the result and knows no salt.
    NEW.salt := NULL;
    kept.salt := OLD.salt;
    IF NEW.result <> '' OR kept IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'rows of operation are only ever added, and answers erased' USING ERRCODE = 'KZ003';
    END IF;
    RETURN NEW;
END
$$;
