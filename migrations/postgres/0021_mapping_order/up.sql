-- Names of the provider's are listed in byte order, as everything is that pages of a list go by.
ALTER TABLE group_mappings ALTER COLUMN provider_name TYPE TEXT COLLATE "C";
