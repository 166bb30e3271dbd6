-- Where a log begins whose oldest entries were removed by the retention: the last of those.
CREATE TABLE audit_anchors (
    workspace_id TEXT NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    -- HMAC over both, under a key of its own: no head passes for an anchor.
    signature TEXT NOT NULL
);
