-- What members need beyond earning and spending.

-- Refusals that the same call gets again for a while: for lack of points, of stock and the like. problem is what was
-- wrong, in the form of operation.detail. The oldest ones go.
CREATE TABLE refusal (
    refusal INTEGER PRIMARY KEY AUTOINCREMENT,
    client INTEGER NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    problem TEXT NOT NULL,
    refused_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX refusal_key ON refusal (client, idempotency_key);

-- Whether the member takes part: [status, when the points lapse or null, the member who took over or null, the operation
-- that did or null, the operation that last took a name away]; null for an active member who never lost a name.
--
-- In the history of a member into whom another one was merged, a number below zero names an operation of that one:
-- -(member_no * 2^24 + seq).
ALTER TABLE member ADD COLUMN status TEXT;
