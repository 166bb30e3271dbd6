-- Sessions of the administrators' console, apart from those of the application.
CREATE TABLE console_sessions (
    -- The hash of the secret in the cookie.
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    -- Whose; none for the owner's.
    person_id TEXT REFERENCES collaborators (id),
    -- Of the person, or of the owner: an older one ends the session.
    epoch BIGINT NOT NULL,
    -- The login that it rests on: one login opens one session of the console.
    application_session TEXT,
    begun_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ip TEXT,
    user_agent TEXT,
    -- What the next page has to tell.
    notice TEXT
);
CREATE UNIQUE INDEX console_sessions_login ON console_sessions (application_session);
CREATE INDEX console_sessions_workspace ON console_sessions (workspace_id);
CREATE INDEX console_sessions_person ON console_sessions (person_id);
CREATE INDEX console_sessions_expiry ON console_sessions (expires_at);

-- The owner's second factor (TOTP), encrypted under the master key, and the latest step that was used: a code counts once.
ALTER TABLE owners ADD COLUMN totp_secret BYTEA;
ALTER TABLE owners ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;

-- The one workspace that was made by the set-up token: of two that are made at once one wins.
CREATE TABLE first_run (
    only_one INTEGER NOT NULL PRIMARY KEY CHECK (only_one = 1),
    workspace_id TEXT NOT NULL REFERENCES workspaces (id)
);
