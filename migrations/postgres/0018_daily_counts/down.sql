DROP INDEX mails_workspace;
ALTER TABLE mails DROP COLUMN queued_at;
DROP INDEX audit_entries_source;
DROP INDEX audit_entries_kind;
DROP INDEX audit_entries_subject;
CREATE INDEX audit_entries_subject ON audit_entries (workspace_id, subject_id);
DROP TABLE audit_spans;
DROP TABLE daily_counts;
