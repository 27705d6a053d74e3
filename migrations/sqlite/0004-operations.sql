-- What operations beyond earning need.

-- What rules saw of the member, so that a purchase can be explained and returned; and the codes of vouchers that were
-- given, which are secrets of their owners and therefore not hashed.
-- used as member.usages, or null; standing [tier or null, purchases, days since the last or null, days since enrolment,
-- [balance, …]], or null; codes [code, …], or null.
ALTER TABLE seen ADD COLUMN used TEXT;
ALTER TABLE seen ADD COLUMN standing TEXT;
ALTER TABLE seen ADD COLUMN codes TEXT;

-- about is the sequence of the member's earlier operation that this one concerns.
-- detail is what was asked for, as far as nothing else tells: [[name, number or text or [number, …]], …].
ALTER TABLE operation ADD COLUMN about INTEGER CHECK (about < seq);
ALTER TABLE operation ADD COLUMN detail TEXT;

-- vests_at is null for points that can be spent, and the greatest integer for points that wait for a confirmation.
ALTER TABLE lot ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (0 <= held AND held <= remaining);
ALTER TABLE lot ADD COLUMN vests_at INTEGER;

-- The points that paid a part of it: [currency, points, sequence of the hold or null], or null.
ALTER TABLE purchase ADD COLUMN payment TEXT;

-- From here on an entry of member.lots may have two more fields: held and vests_at, as above.
-- holds    [[operation, currency, until, [lot, points, …]], …], or null
-- vouchers [[code, reward, operation, expires_at or null, used by operation or null, used at or null], …], or null
ALTER TABLE member ADD COLUMN holds TEXT;
ALTER TABLE member ADD COLUMN vouchers TEXT;

-- Up to when birthdays and anniversaries are applied; null for the time of joining.
ALTER TABLE member ADD COLUMN celebrated_until INTEGER;
