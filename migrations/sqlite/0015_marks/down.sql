ALTER TABLE collaborators DROP COLUMN marked_at;
