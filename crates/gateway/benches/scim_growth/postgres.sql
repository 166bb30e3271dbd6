-- Copies of everybody under names of their own: COPIES of each.
BEGIN;
CREATE TEMP TABLE copies AS
SELECT
    original.id AS original,
    gen_random_uuid()::text AS id,
    'copy' || row_number() OVER () || '@acme.test' AS name,
    '00ucopy' || row_number() OVER () AS external_id,
    (SELECT last_ordinal FROM workspace_counters) + row_number() OVER () AS ordinal,
    row_number() OVER () AS number
FROM generate_series(1, COPIES) CROSS JOIN collaborators AS original;
ANALYZE copies;
