-- Lists are read in any order along an index. A value knows its person's place, which tells equal values apart.
ALTER TABLE search_attributes ADD COLUMN ordinal BIGINT NOT NULL DEFAULT 0;
UPDATE search_attributes SET ordinal = (SELECT ordinal FROM collaborators WHERE id = person_id);
-- Parts of one value are found through the key: person, path and element.
ALTER TABLE search_attributes DROP COLUMN owner;
-- Sorting by userName goes as sorting by any other attribute does.
INSERT INTO search_attributes (workspace_id, person_id, path, element, rank, prefix, folded, exact, ordinal)
SELECT workspace_id, id, 'username', 0, 0, substr(user_name_fold, 1, 128), user_name_fold, user_name, ordinal
FROM collaborators;
DROP INDEX search_attributes_value;
CREATE INDEX search_attributes_value ON search_attributes (workspace_id, path, prefix, rank, ordinal);
CREATE INDEX collaborators_created ON collaborators (workspace_id, created_at, ordinal);
CREATE INDEX collaborators_modified ON collaborators (workspace_id, modified_at, ordinal);
-- What groups are compared and ordered by is in byte order as well.
ALTER TABLE collaborator_groups ALTER COLUMN external_id TYPE TEXT COLLATE "C";
ALTER TABLE collaborator_groups ALTER COLUMN scim_id TYPE TEXT COLLATE "C";
