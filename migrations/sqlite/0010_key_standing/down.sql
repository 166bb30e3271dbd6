DELETE FROM stored_keys WHERE standing <> 'active';
DROP INDEX stored_keys_workspace;
CREATE UNIQUE INDEX stored_keys_workspace ON stored_keys (purpose, workspace_id);
ALTER TABLE stored_keys DROP COLUMN standing;
