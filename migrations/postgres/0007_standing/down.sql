DROP TABLE access_history;
DROP INDEX collaborators_due;
ALTER TABLE collaborators DROP COLUMN due_at;
DROP INDEX collaborators_administrators;
ALTER TABLE collaborators DROP COLUMN administers;
