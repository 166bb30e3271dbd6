DELETE FROM sqlite_stat1;
DROP INDEX collaborators_modified;
DROP INDEX collaborators_created;
DROP INDEX search_attributes_value;
DELETE FROM search_attributes WHERE path = 'username';
ALTER TABLE search_attributes ADD COLUMN owner TEXT NOT NULL DEFAULT '';
UPDATE search_attributes SET owner = person_id || '/' || element;
ALTER TABLE search_attributes DROP COLUMN ordinal;
CREATE INDEX search_attributes_value ON search_attributes (workspace_id, path, prefix);
