ALTER TABLE scim_tokens DROP COLUMN connection_id;
DROP INDEX connections_entity_id;
DROP INDEX connections_name;
ALTER TABLE connections DROP COLUMN attribute_names;
ALTER TABLE connections DROP COLUMN name;
ALTER TABLE connections ADD CONSTRAINT connections_workspace_id_key UNIQUE (workspace_id);
