-- A workspace has one active key of a purpose, and one that stands by while it changes keys: 'active' or 'standby'.
ALTER TABLE stored_keys ADD COLUMN standing TEXT NOT NULL DEFAULT 'active';
DROP INDEX stored_keys_workspace;
CREATE UNIQUE INDEX stored_keys_workspace ON stored_keys (purpose, workspace_id, standing);
