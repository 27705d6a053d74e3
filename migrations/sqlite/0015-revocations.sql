-- The call that revoked a client: by whom, under which key, and its fingerprint; null where nobody can repeat it.
ALTER TABLE client ADD COLUMN revoked_by INTEGER;
ALTER TABLE client ADD COLUMN revocation_key TEXT;
ALTER TABLE client ADD COLUMN revocation_fingerprint BLOB;
