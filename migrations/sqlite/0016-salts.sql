-- What the fingerprint of a call was mixed with, so that nobody can try what it said. It goes with the answer. Null where
-- the fingerprint is of the call alone, as it was in older rows, and where the answer is erased.
ALTER TABLE operation ADD COLUMN salt BLOB CHECK (length(salt) = 16);

CREATE TRIGGER operation_salt_only_erased BEFORE UPDATE OF salt ON operation WHEN NEW.salt IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'operation: salts are only ever erased'); END;
