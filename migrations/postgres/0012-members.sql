-- What members need beyond earning and spending.

-- Refusals that the same call gets again for a while: for lack of points, of stock and the like. problem is what was
-- wrong, in the form of operation.detail. The oldest ones go.
--
-- The key of each is also in `claim`, with the sequence 0, which no operation has. So a call that was refused is
-- recognised by the very insertion that recognises one that was accepted, and accepted calls pay nothing for it.
CREATE TABLE refusal (
    refusal bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client bigint NOT NULL,
    refused_at bigint NOT NULL,
    claim uuid NOT NULL UNIQUE,
    idempotency_key text NOT NULL,
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    problem text NOT NULL
);

-- What leads to an operation stays for ever; what leads to a refusal goes with it.
DROP TRIGGER only_added ON claim;
CREATE TRIGGER only_added BEFORE TRUNCATE ON claim
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_added_row BEFORE UPDATE OR DELETE ON claim
    FOR EACH ROW WHEN (OLD.seq > 0) EXECUTE FUNCTION refuse_change();

-- Whether the member takes part: [status, when the points lapse or null, the member who took over or null, the operation
-- that did or null, the operation that last took a name away]; null for an active member who never lost a name.
--
-- In the history of a member into whom another one was merged, a number below zero names an operation of that one:
-- -(member_no * 2^24 + seq).
ALTER TABLE member ADD COLUMN status text;
