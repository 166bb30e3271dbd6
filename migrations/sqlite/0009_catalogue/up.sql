-- How long after a login a role that an assertion gave is in force, in seconds.
ALTER TABLE environments ADD COLUMN max_age BIGINT;
-- What the application lets the holders of a role do: names, as a JSON array.
ALTER TABLE roles ADD COLUMN privileges TEXT NOT NULL DEFAULT '[]';
-- What groups were called: the past of people names them by what they were called then.
CREATE TABLE group_renames (
    id INTEGER PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    at BIGINT NOT NULL,
    former TEXT NOT NULL,
    name TEXT NOT NULL
);
CREATE INDEX group_renames_at ON group_renames (workspace_id, at);
