-- Text that is compared or ordered has the collation "C": byte order, as on SQLite.
-- Times are microseconds since 1970 (UTC). JSON is text: nothing is searched inside it.

CREATE TABLE workspaces (
    id TEXT NOT NULL PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    policy TEXT NOT NULL,
    policy_version BIGINT NOT NULL,
    scim_enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

-- Kept apart from the workspace's row, so that making people never waits for settings.
CREATE TABLE workspace_counters (
    workspace_id TEXT NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    last_ordinal BIGINT NOT NULL,
    people BIGINT NOT NULL,
    groups BIGINT NOT NULL
);

CREATE TABLE owners (
    workspace_id TEXT NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    email TEXT NOT NULL,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE environments (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    position BIGINT NOT NULL,
    scim_attributes TEXT NOT NULL,
    saml_attributes TEXT NOT NULL,
    default_role TEXT NOT NULL,
    PRIMARY KEY (workspace_id, name)
);

CREATE TABLE roles (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, name)
);

CREATE TABLE collaborator_groups (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    -- The `id` of the SCIM `Group`: another one after a DELETE that left the group in place.
    scim_id TEXT NOT NULL UNIQUE,
    ordinal BIGINT NOT NULL,
    name TEXT NOT NULL,
    name_fold TEXT COLLATE "C" NOT NULL,
    external_id TEXT,
    -- Whether SCIM made it.
    provisioned BOOLEAN NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    modified_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX collaborator_groups_name ON collaborator_groups (workspace_id, name);
CREATE INDEX collaborator_groups_name_fold ON collaborator_groups (workspace_id, name_fold);
CREATE INDEX collaborator_groups_external_id ON collaborator_groups (workspace_id, external_id);
CREATE UNIQUE INDEX collaborator_groups_ordinal ON collaborator_groups (workspace_id, ordinal);

CREATE TABLE group_mappings (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    provider_name TEXT NOT NULL,
    group_name TEXT NOT NULL,
    PRIMARY KEY (workspace_id, provider_name)
);

CREATE TABLE connections (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL UNIQUE REFERENCES workspaces (id),
    entity_id TEXT NOT NULL,
    metadata TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE scim_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT
);
CREATE INDEX scim_tokens_workspace ON scim_tokens (workspace_id);

CREATE TABLE collaborators (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    scim_id TEXT COLLATE "C" NOT NULL UNIQUE,
    ordinal BIGINT NOT NULL,
    user_name TEXT NOT NULL,
    user_name_fold TEXT COLLATE "C" NOT NULL,
    -- SHA-256 of the fold, which is longer than an index takes for the longest names.
    user_name_key TEXT NOT NULL,
    external_id TEXT,
    profile TEXT NOT NULL,
    lifecycle TEXT NOT NULL,
    facts TEXT NOT NULL,
    access TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    deleted BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
-- One living person a name; the deleted may share it.
CREATE UNIQUE INDEX collaborators_user_name ON collaborators (workspace_id, user_name_key) WHERE NOT deleted;
CREATE INDEX collaborators_namesakes ON collaborators (workspace_id, user_name_key) WHERE deleted;
-- The order of lists: a new person always comes last.
CREATE UNIQUE INDEX collaborators_ordinal ON collaborators (workspace_id, ordinal);

-- Searchable values beyond the columns. `prefix` is the beginning of `folded`: short enough for any index.
CREATE TABLE search_attributes (
    workspace_id TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES collaborators (id),
    path TEXT NOT NULL,
    element INTEGER NOT NULL,
    -- Person and element in one, so that conditions can meet on one value of a multi-valued attribute.
    owner TEXT NOT NULL,
    -- 0 for the value that sorting goes by: the primary one, else the first (RFC 7644, section 3.4.2.3).
    rank INTEGER NOT NULL,
    prefix TEXT COLLATE "C" NOT NULL,
    folded TEXT COLLATE "C" NOT NULL,
    exact TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (person_id, path, element)
);
CREATE INDEX search_attributes_value ON search_attributes (workspace_id, path, prefix);

-- Who is in which group, and who says so.
CREATE TABLE memberships (
    group_id TEXT NOT NULL REFERENCES collaborator_groups (id),
    person_id TEXT NOT NULL REFERENCES collaborators (id),
    origin TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (group_id, person_id, origin)
);
CREATE INDEX memberships_person ON memberships (person_id);

CREATE TABLE saml_links (
    connection_id TEXT NOT NULL REFERENCES connections (id),
    -- SHA-256 of the NameID, which may be longer than an index takes.
    name_id_key TEXT NOT NULL,
    name_id TEXT COLLATE "C" NOT NULL,
    person_id TEXT NOT NULL REFERENCES collaborators (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (connection_id, name_id_key)
);
CREATE INDEX saml_links_person ON saml_links (person_id);

CREATE TABLE login_requests (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    connection_id TEXT NOT NULL REFERENCES connections (id),
    browser TEXT NOT NULL,
    relay_state TEXT NOT NULL,
    return_to TEXT,
    -- The session that the browser had: one application session per browser.
    former_session TEXT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX login_requests_expiry ON login_requests (expires_at);

CREATE TABLE consumed_assertions (
    connection_id TEXT NOT NULL REFERENCES connections (id),
    assertion TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (connection_id, assertion)
);
CREATE INDEX consumed_assertions_expiry ON consumed_assertions (expires_at);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    person_id TEXT NOT NULL REFERENCES collaborators (id),
    epoch BIGINT NOT NULL,
    connection_id TEXT NOT NULL REFERENCES connections (id),
    name_id TEXT COLLATE "C" NOT NULL,
    session_index TEXT,
    authenticated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Secrets are encrypted under the master key.
CREATE TABLE stored_keys (
    id TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    workspace_id TEXT REFERENCES workspaces (id),
    public_part BYTEA NOT NULL,
    sealed_secret BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX stored_keys_workspace ON stored_keys (purpose, workspace_id);

-- Appended in the transaction of the change; `seq` and `hash` come from the sealer.
CREATE TABLE audit_entries (
    ordinal BIGSERIAL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_id TEXT,
    before TEXT,
    after TEXT,
    request_id TEXT,
    ip TEXT,
    user_agent TEXT,
    seq BIGINT,
    hash TEXT
);
CREATE UNIQUE INDEX audit_entries_seq ON audit_entries (workspace_id, seq);
CREATE INDEX audit_entries_unsealed ON audit_entries (workspace_id, ordinal) WHERE seq IS NULL;
CREATE INDEX audit_entries_subject ON audit_entries (workspace_id, subject_id);

CREATE TABLE audit_heads (
    workspace_id TEXT NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    -- HMAC over both: the sealer goes on from no head that it did not write.
    signature TEXT NOT NULL
);

-- What the application behind is to be told, committed with the change.
CREATE TABLE outbox (
    ordinal BIGSERIAL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    payload TEXT NOT NULL
);

-- The latest SCIM requests of each workspace, sanitised: what an administrator looks at when the provider complains.
CREATE TABLE scim_requests (
    ordinal BIGSERIAL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    at BIGINT NOT NULL,
    request_id TEXT,
    client TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    status INTEGER NOT NULL,
    micros BIGINT NOT NULL,
    body TEXT,
    refusal TEXT
);
CREATE INDEX scim_requests_workspace ON scim_requests (workspace_id, ordinal);
