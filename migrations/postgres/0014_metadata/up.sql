-- Where a connection's metadata is fetched from again and again, and how that goes.
CREATE TABLE metadata_sources (
    connection_id TEXT NOT NULL PRIMARY KEY REFERENCES connections (id),
    url TEXT NOT NULL,
    -- The certificate that signs it (DER, base64), where it has to be signed.
    certificate TEXT,
    -- Whether the address may lead into a private network.
    is_private BOOLEAN NOT NULL,
    due_at BIGINT NOT NULL,
    refreshed_at BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    trouble TEXT
);
CREATE INDEX metadata_sources_due ON metadata_sources (due_at);

-- Of which certificates it was told that they end, how many days before.
CREATE TABLE certificate_warnings (
    connection_id TEXT NOT NULL REFERENCES connections (id),
    fingerprint TEXT NOT NULL,
    days BIGINT NOT NULL,
    PRIMARY KEY (connection_id, fingerprint, days)
);
