-- A workspace has several identity providers. SQLite takes off a constraint only by a new table; what refers to the rows refers to
-- them by the end of the transaction.
PRAGMA defer_foreign_keys = ON;
CREATE TEMPORARY TABLE former AS SELECT id, workspace_id, entity_id, metadata, updated_at, allow_sha1 FROM connections;
DROP TABLE connections;
CREATE TABLE connections (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    metadata TEXT NOT NULL,
    attribute_names TEXT NOT NULL,
    allow_sha1 BOOLEAN NOT NULL,
    updated_at BIGINT NOT NULL
);
INSERT INTO connections (id, workspace_id, name, entity_id, metadata, attribute_names, allow_sha1, updated_at)
SELECT id, workspace_id, 'default', entity_id, metadata, '{}', allow_sha1, updated_at FROM former;
DROP TABLE former;
CREATE UNIQUE INDEX connections_name ON connections (workspace_id, name);
CREATE UNIQUE INDEX connections_entity_id ON connections (workspace_id, entity_id);

-- Whose people a token provisions.
ALTER TABLE scim_tokens ADD COLUMN connection_id TEXT REFERENCES connections (id);
UPDATE scim_tokens SET connection_id = (SELECT id FROM connections WHERE connections.workspace_id = scim_tokens.workspace_id);
-- Whoever is there belongs to the one connection that there was.
UPDATE collaborators SET lifecycle = json_set(
    lifecycle, '$.connection', (SELECT id FROM connections WHERE connections.workspace_id = collaborators.workspace_id)
) WHERE workspace_id IN (SELECT workspace_id FROM connections);
