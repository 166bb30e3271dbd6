PRAGMA defer_foreign_keys = ON;
ALTER TABLE scim_tokens DROP COLUMN connection_id;
CREATE TEMPORARY TABLE former AS SELECT id, workspace_id, entity_id, metadata, updated_at, allow_sha1 FROM connections;
DROP TABLE connections;
CREATE TABLE connections (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL UNIQUE REFERENCES workspaces (id),
    entity_id TEXT NOT NULL,
    metadata TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    allow_sha1 BOOLEAN NOT NULL DEFAULT FALSE
);
INSERT INTO connections (id, workspace_id, entity_id, metadata, updated_at, allow_sha1)
SELECT id, workspace_id, entity_id, metadata, updated_at, allow_sha1 FROM former;
DROP TABLE former;
