-- A login that an administrator began to see whether it works: nobody is signed in by its response.
ALTER TABLE login_requests ADD COLUMN is_test BOOLEAN NOT NULL DEFAULT FALSE;
