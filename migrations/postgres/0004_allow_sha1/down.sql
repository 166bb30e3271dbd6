ALTER TABLE connections DROP COLUMN allow_sha1;
