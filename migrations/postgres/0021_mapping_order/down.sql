ALTER TABLE group_mappings ALTER COLUMN provider_name TYPE TEXT COLLATE "default";
