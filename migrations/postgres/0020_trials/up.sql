-- Connections that were changed on trial: each is put back to what it was before, unless an administrator signs in through it in time.
CREATE TABLE connection_trials (
    connection_id TEXT NOT NULL PRIMARY KEY REFERENCES connections (id),
    -- The last change. Only a login that began after it proves anything.
    begun_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    begun_by TEXT NOT NULL,
    -- What is put back.
    entity_id TEXT NOT NULL,
    metadata TEXT NOT NULL,
    attribute_names TEXT NOT NULL,
    allow_sha1 BOOLEAN NOT NULL,
    url TEXT,
    certificate TEXT,
    is_private BOOLEAN NOT NULL
);
CREATE INDEX connection_trials_end ON connection_trials (ends_at);
