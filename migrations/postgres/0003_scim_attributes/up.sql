-- Attributes of people that a workspace adds to what SCIM takes. One that was removed stays, with when: people keep its
-- values, which have its type.
CREATE TABLE scim_attributes (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    -- URN and name in lower case, as values are searched by them.
    path TEXT NOT NULL,
    urn TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    multi_valued BOOLEAN NOT NULL,
    case_exact BOOLEAN NOT NULL,
    added_at BIGINT NOT NULL,
    removed_at BIGINT,
    PRIMARY KEY (workspace_id, path)
);
