-- A workspace has several identity providers.
ALTER TABLE connections DROP CONSTRAINT connections_workspace_id_key;
ALTER TABLE connections ADD COLUMN name TEXT NOT NULL DEFAULT 'default';
ALTER TABLE connections ALTER COLUMN name DROP DEFAULT;
ALTER TABLE connections ADD COLUMN attribute_names TEXT NOT NULL DEFAULT '{}';
ALTER TABLE connections ALTER COLUMN attribute_names DROP DEFAULT;
CREATE UNIQUE INDEX connections_name ON connections (workspace_id, name);
CREATE UNIQUE INDEX connections_entity_id ON connections (workspace_id, entity_id);

-- Whose people a token provisions.
ALTER TABLE scim_tokens ADD COLUMN connection_id TEXT REFERENCES connections (id);
UPDATE scim_tokens SET connection_id = (SELECT id FROM connections WHERE connections.workspace_id = scim_tokens.workspace_id);
-- Whoever is there belongs to the one connection that there was.
UPDATE collaborators SET lifecycle = jsonb_set(lifecycle::jsonb, '{connection}', to_jsonb(connections.id))::text
FROM connections WHERE connections.workspace_id = collaborators.workspace_id;
