DROP TABLE first_run;
ALTER TABLE owners DROP COLUMN totp_step;
ALTER TABLE owners DROP COLUMN totp_secret;
DROP TABLE console_sessions;
