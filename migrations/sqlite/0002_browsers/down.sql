DROP INDEX sessions_browser;
ALTER TABLE sessions DROP COLUMN browser;
DROP TABLE login_requests;
CREATE TABLE login_requests (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    connection_id TEXT NOT NULL REFERENCES connections (id),
    browser TEXT NOT NULL,
    relay_state TEXT NOT NULL,
    return_to TEXT,
    former_session TEXT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX login_requests_expiry ON login_requests (expires_at);
