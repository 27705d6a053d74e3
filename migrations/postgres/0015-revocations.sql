-- The call that revoked a client: by whom, under which key, and its fingerprint; null where nobody can repeat it.
ALTER TABLE client
    ADD COLUMN revoked_by bigint, ADD COLUMN revocation_key text, ADD COLUMN revocation_fingerprint bytea;
