-- What stands beside a NameID: single logout has to name it as the identity provider did. Sessions from before know nothing.
ALTER TABLE sessions ADD COLUMN name_id_format TEXT;
ALTER TABLE sessions ADD COLUMN name_qualifier TEXT;
ALTER TABLE sessions ADD COLUMN sp_name_qualifier TEXT;
-- A login's NameID has 1,024 bytes at the most, so that an index takes it.
CREATE INDEX sessions_name_id ON sessions (connection_id, name_id);

-- Logouts that were begun here and wait for the identity provider's answer.
CREATE TABLE logout_requests (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES collaborators (id),
    -- The hash of the secret that only the browser which began the logout has.
    secret TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX logout_requests_expiry ON logout_requests (expires_at);

-- Sessions that have ended at the identity provider: an assertion of one that is still on its way begins none here.
CREATE TABLE ended_provider_sessions (
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    -- SHA-256 of NameID and SessionIndex.
    session_key TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (connection_id, session_key)
);
CREATE INDEX ended_provider_sessions_expiry ON ended_provider_sessions (expires_at);
