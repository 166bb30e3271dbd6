-- What the login tracer remembers. person_id, name, name_key and story may be personal: they go after a while.
CREATE TABLE login_attempts (
    ordinal INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    at BIGINT NOT NULL,
    reference TEXT NOT NULL,
    -- Each standing has a bound of its own: unproven, proven, let_in.
    standing TEXT NOT NULL,
    ended TEXT NOT NULL,
    failed_check TEXT,
    person_id TEXT,
    name TEXT,
    name_key TEXT,
    story TEXT
);
CREATE INDEX login_attempts_standing ON login_attempts (workspace_id, standing, ordinal);
CREATE INDEX login_attempts_reference ON login_attempts (workspace_id, reference);
