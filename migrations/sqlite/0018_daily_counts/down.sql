DROP INDEX mails_workspace;
ALTER TABLE mails DROP COLUMN queued_at;
DROP INDEX audit_entries_by_source;
DROP INDEX audit_entries_by_kind;
DROP INDEX audit_entries_by_subject;
DROP TABLE audit_spans;
DROP TABLE daily_counts;
