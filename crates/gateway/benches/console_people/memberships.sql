INSERT INTO memberships (group_id, person_id, origin, since)
SELECT group_id, copies.id, origin, since FROM copies JOIN memberships ON memberships.person_id = copies.original;
