-- When members are next due, so that what time brings about is found and written without looking at everyone.

-- Never later than what is true, and perhaps sooner. Apart from member, whose updates stay within its pages (HOT)
-- because no index has a column that changes with every purchase.
CREATE TABLE member_due (
    member_no bigint PRIMARY KEY,
    due_at bigint NOT NULL
);

CREATE INDEX member_due_at ON member_due (due_at, member_no);

-- The one engine that writes what is due, until when, and how far all members were looked through for when they are
-- next due: up to a member, under the rule sets up to a version.
CREATE TABLE due_work (
    only_row integer PRIMARY KEY CHECK (only_row = 1),
    writer bigint,
    leased_until bigint NOT NULL,
    surveyed_rule_set bigint NOT NULL,
    surveyed_member bigint NOT NULL
);

INSERT INTO due_work (only_row, writer, leased_until, surveyed_rule_set, surveyed_member) VALUES (1, NULL, 0, 0, 0);
