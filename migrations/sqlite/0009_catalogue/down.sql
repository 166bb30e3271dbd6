DROP TABLE group_renames;
ALTER TABLE roles DROP COLUMN privileges;
ALTER TABLE environments DROP COLUMN max_age;
