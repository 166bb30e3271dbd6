-- Who administers the workspace, so that the last one can be told from the others.
ALTER TABLE collaborators ADD COLUMN administers BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE collaborators SET administers = TRUE
WHERE active AND EXISTS (
    SELECT 1 FROM jsonb_array_elements(access::jsonb -> 'environments') AS each_one
    WHERE each_one ->> 'environment' = 'dev' AND each_one ->> 'role' = 'Environment admin'
);
CREATE INDEX collaborators_administrators ON collaborators (workspace_id) WHERE administers;
-- When somebody's access changes by itself.
ALTER TABLE collaborators ADD COLUMN due_at BIGINT;
CREATE INDEX collaborators_due ON collaborators (due_at) WHERE due_at IS NOT NULL;

-- Where people stood and what they might do, as it was: each row holds until the next one.
CREATE TABLE access_history (
    person_id TEXT NOT NULL REFERENCES collaborators (id),
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    user_name TEXT NOT NULL,
    lifecycle TEXT NOT NULL,
    facts TEXT NOT NULL,
    access TEXT NOT NULL,
    PRIMARY KEY (person_id, version)
);
-- From here on the past is known: what is there now is its beginning.
INSERT INTO access_history (person_id, version, at, user_name, lifecycle, facts, access)
SELECT id, version, updated_at, user_name, lifecycle, facts, access FROM collaborators;
