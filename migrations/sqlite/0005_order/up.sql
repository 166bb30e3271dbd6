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

-- What the planner is told of the data: a workspace is large, a value in it is rare. Without figures it takes either for
-- ten rows, and walks through everybody where an index leads to one person.
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('collaborators', 'sqlite_autoindex_collaborators_1', '1000000 1'),
    ('collaborators', 'sqlite_autoindex_collaborators_2', '1000000 1'),
    ('collaborators', 'collaborators_user_name', '1000000 1000000 1'),
    ('collaborators', 'collaborators_namesakes', '1000 1000 1'),
    ('collaborators', 'collaborators_ordinal', '1000000 1000000 1'),
    ('collaborators', 'collaborators_created', '1000000 1000000 1 1'),
    ('collaborators', 'collaborators_modified', '1000000 1000000 1 1'),
    ('search_attributes', 'search_attributes', '16000000 16 1 1'),
    ('search_attributes', 'search_attributes_value', '16000000 16000000 1000000 4 4 1');
ANALYZE sqlite_schema;
