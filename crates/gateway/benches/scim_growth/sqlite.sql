-- Copies of everybody under names of their own: COPIES of each.
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -2000000;
PRAGMA temp_store = MEMORY;
BEGIN;
CREATE TEMP TABLE copies AS
WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < COPIES),
drawn AS MATERIALIZED (
    SELECT original.id AS original, lower(hex(randomblob(16))) AS digits, row_number() OVER () AS number
    FROM numbers CROSS JOIN collaborators AS original
)
SELECT
    original,
    substr(digits, 1, 8) || '-' || substr(digits, 9, 4) || '-4' || substr(digits, 14, 3) || '-8' || substr(digits, 18, 3)
        || '-' || substr(digits, 21) AS id,
    'copy' || number || '@acme.test' AS name,
    '00ucopy' || number AS external_id,
    (SELECT last_ordinal FROM workspace_counters) + number AS ordinal,
    number
FROM drawn;
CREATE INDEX temp.copies_original ON copies (original);
