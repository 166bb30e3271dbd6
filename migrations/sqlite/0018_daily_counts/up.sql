-- How many entries of each kind a day (UTC, counted from 1970) had: kept by the sealer, and longer than the entries.
CREATE TABLE daily_counts (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    kind TEXT NOT NULL,
    day BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, kind, day)
);
INSERT INTO daily_counts (workspace_id, kind, day, count)
    SELECT workspace_id, kind, at / 86400000000, count(*) FROM audit_entries WHERE seq IS NOT NULL
    GROUP BY workspace_id, kind, at / 86400000000;

-- The times of each thousand numbers of a log. Numbers nearly follow the time, but nothing makes them: whoever looks for a
-- time reads the thousands that may hold it.
CREATE TABLE audit_spans (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    span BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, span)
);
INSERT INTO audit_spans (workspace_id, span, first_at, last_at)
    SELECT workspace_id, seq / 1000, min(at), max(at) FROM audit_entries WHERE seq IS NOT NULL
    GROUP BY workspace_id, seq / 1000;

-- What the log is read by, each in the order of the numbers. They hold sealed entries alone: the sealer writes them, and no
-- login waits for it.
CREATE INDEX audit_entries_by_subject ON audit_entries (workspace_id, subject_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_entries_by_kind ON audit_entries (workspace_id, kind, seq, source) WHERE seq IS NOT NULL;
CREATE INDEX audit_entries_by_source ON audit_entries (workspace_id, source, seq) WHERE seq IS NOT NULL;

-- Since when a mail waits. Of those that wait already, the time at which they are due is the nearest that is known.
ALTER TABLE mails ADD COLUMN queued_at BIGINT NOT NULL DEFAULT 0;
UPDATE mails SET queued_at = due_at;
CREATE INDEX mails_workspace ON mails (workspace_id, queued_at);
