-- When members are next due, so that what time brings about is found and written without looking at everyone.

-- Never later than what is true, and perhaps sooner. Apart from member, because it seldom changes with it.
CREATE TABLE member_due (
    member_no INTEGER PRIMARY KEY,
    due_at INTEGER NOT NULL
) STRICT;

CREATE INDEX member_due_at ON member_due (due_at);

-- The one engine that writes what is due, until when, and how far all members were looked through for when they are
-- next due: up to a member, under the rule sets up to a version.
CREATE TABLE due_work (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    writer INTEGER,
    leased_until INTEGER NOT NULL,
    surveyed_rule_set INTEGER NOT NULL,
    surveyed_member INTEGER NOT NULL
) STRICT;

INSERT INTO due_work (only_row, writer, leased_until, surveyed_rule_set, surveyed_member) VALUES (1, NULL, 0, 0, 0);
