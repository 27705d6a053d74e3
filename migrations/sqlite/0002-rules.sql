-- What rules remember and see: uses of limits, caps and budgets as a ledger of their own, people's traits, events.

-- usages [[kind, id, window_start, amount], …], or null for none
ALTER TABLE member ADD COLUMN usages TEXT;

-- words [[tag, …], [coupon, …]], or null for none
ALTER TABLE purchase ADD COLUMN words TEXT;

-- What rules may know of a person, apart from the ledger: {"attributes": {name: value, …}, "tags": [tag, …],
-- "segments": [segment, …]}, where a date is {"date": "1990-05-03"}.
CREATE TABLE member_traits (
    member_no INTEGER PRIMARY KEY,
    traits TEXT NOT NULL
) STRICT;

-- What an operation used (positive) or gave back (negative). The sum over a member's operations is what the member
-- used; of kind 6, budgets, the sum over all of them.
CREATE TABLE usage (
    op INTEGER NOT NULL,
    position INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    id TEXT NOT NULL,
    window_start INTEGER NOT NULL,
    change INTEGER NOT NULL CHECK (change <> 0),
    PRIMARY KEY (op, position)
) STRICT, WITHOUT ROWID;

-- The sums that all members share.
CREATE TABLE shared_usage (
    kind INTEGER NOT NULL,
    id TEXT NOT NULL,
    window_start INTEGER NOT NULL,
    used INTEGER NOT NULL CHECK (used >= 0),
    PRIMARY KEY (kind, id, window_start)
) STRICT, WITHOUT ROWID;

-- The name of an event that is no purchase.
CREATE TABLE event (
    op INTEGER PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;

-- What rules saw at an operation besides the ledger. It may hold personal data and can be erased.
-- traits as in member_traits, or null; attributes as there, or null; shared as member.usages, or null.
CREATE TABLE seen (
    op INTEGER PRIMARY KEY,
    traits TEXT,
    attributes TEXT,
    shared TEXT
) STRICT;

CREATE TRIGGER usage_no_update BEFORE UPDATE ON usage
    BEGIN SELECT RAISE(ABORT, 'uses are only ever added'); END;
CREATE TRIGGER usage_no_delete BEFORE DELETE ON usage
    BEGIN SELECT RAISE(ABORT, 'uses are only ever added'); END;
CREATE TRIGGER event_no_update BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
