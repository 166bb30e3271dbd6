-- Logins under way when the database is brought up begin again.
DROP TABLE login_requests;
CREATE TABLE login_requests (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    connection_id TEXT NOT NULL REFERENCES connections (id),
    -- The hash of the secret that only the browser which began the login has.
    secret TEXT NOT NULL,
    -- The hash of that browser's id.
    browser TEXT NOT NULL,
    relay_state TEXT NOT NULL,
    return_to TEXT,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX login_requests_expiry ON login_requests (expires_at);

-- A browser has one session at a time. Sessions from before know no browser.
ALTER TABLE sessions ADD COLUMN browser TEXT;
CREATE UNIQUE INDEX sessions_browser ON sessions (browser);
