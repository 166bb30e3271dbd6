DROP TABLE ended_provider_sessions;
DROP TABLE logout_requests;
DROP INDEX sessions_name_id;
ALTER TABLE sessions DROP COLUMN sp_name_qualifier;
ALTER TABLE sessions DROP COLUMN name_qualifier;
ALTER TABLE sessions DROP COLUMN name_id_format;
