-- Windows, floors and the history of levels.

-- From here on member.tier is
-- {"periods": [[level, since, reason, operation], …], "reached": level, "until": … or null, "end": day,
--  "floor": [level, since, until or null], "tallies": [[metric, grain, bucket, total, distance, total, …], …]};
-- what is as usual is left out, days are counted since 1970, and a distance is that of a bucket from the one before it.

-- How the operation changed the member's level: [[from, to, since, reason], …], or null.
ALTER TABLE operation ADD COLUMN tier_changes TEXT;

-- Levels change rarely, so that this costs a purchase nothing.
CREATE INDEX operation_tier_changes ON operation (member_no, seq) WHERE tier_changes IS NOT NULL;
