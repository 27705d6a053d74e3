-- What operations beyond earning need: what rules saw of the member, so that a purchase can be explained and returned.

-- used as member.usages, or null; standing [tier or null, purchases, days since the last or null, days since enrolment,
-- [balance, …]], or null.
ALTER TABLE seen ADD COLUMN used TEXT;
ALTER TABLE seen ADD COLUMN standing TEXT;
