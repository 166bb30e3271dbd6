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

INSERT INTO collaborators (id, workspace_id, scim_id, ordinal, user_name, user_name_fold, user_name_key, external_id,
    profile, lifecycle, facts, access, active, deleted, version, epoch, revision, created_at, modified_at, updated_at,
    administers, due_at)
SELECT copies.id, workspace_id, copies.id, copies.ordinal, copies.name, copies.name, lower(hex(randomblob(32))),
    copies.external_id, replace(profile, user_name, copies.name), lifecycle, facts, access, active, deleted, version, epoch,
    revision, created_at + copies.number, modified_at + copies.number, updated_at + copies.number, administers, due_at
FROM copies JOIN collaborators ON collaborators.id = copies.original;

INSERT INTO access_history
SELECT copies.id, version, at, copies.name, lifecycle, facts, access
FROM copies JOIN access_history ON access_history.person_id = copies.original;

-- An index is made faster in one go than value by value.
DROP INDEX search_attributes_value;
INSERT INTO search_attributes (workspace_id, person_id, path, element, rank, prefix, folded, exact, ordinal)
SELECT workspace_id, copies.id, path, element, rank,
    CASE path WHEN 'username' THEN name WHEN 'emails.value' THEN name WHEN 'externalid' THEN external_id ELSE prefix END,
    CASE path WHEN 'username' THEN name WHEN 'emails.value' THEN name WHEN 'externalid' THEN external_id ELSE folded END,
    CASE path WHEN 'username' THEN name WHEN 'emails.value' THEN name WHEN 'externalid' THEN external_id ELSE exact END,
    copies.ordinal
FROM copies JOIN search_attributes ON search_attributes.person_id = copies.original;

CREATE INDEX search_attributes_value ON search_attributes (workspace_id, path, prefix, rank, ordinal);

UPDATE workspace_counters
SET last_ordinal = last_ordinal + (SELECT count(*) FROM copies), people = people + (SELECT count(*) FROM copies);
COMMIT;
PRAGMA journal_mode = WAL;
