-- The last change of the workspace after which a person's access is still to be decided anew.
ALTER TABLE collaborators ADD COLUMN marked_at BIGINT;
