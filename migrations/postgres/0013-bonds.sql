-- What ties a member to others: the code to refer them by, who brought the member, and the pool; null for nothing.
-- {"code": …, "referral": [member, purchase or null, reward or null], "pool": {"kind": …, "members": [[member, role], …]}
-- for a pool's owner, {"owner": member, "role": …} for the others}
-- From here on operation.payment may have six fields, of which the last three are the stored value that paid, and there
-- are operations of the kind top_up with a receipt: a sale of nothing but stored value.
ALTER TABLE member ADD COLUMN bonds text;
