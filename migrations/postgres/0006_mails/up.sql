-- Invitations on their way: committed with the change that issues them, gone when they were sent or are no longer wanted.
CREATE TABLE mails (
    ordinal BIGSERIAL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    person_id TEXT NOT NULL REFERENCES collaborators (id),
    invitation BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    -- When it is tried next. Whoever sends it moves this on first, so that nobody else does at the same time.
    due_at BIGINT NOT NULL,
    -- Why the last attempt came to nothing.
    trouble TEXT
);
CREATE INDEX mails_due ON mails (due_at);
