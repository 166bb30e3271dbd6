-- Whether signatures of the identity provider may rest on SHA-1. Nobody has permitted that before.
ALTER TABLE connections ADD COLUMN allow_sha1 BOOLEAN NOT NULL DEFAULT FALSE;
