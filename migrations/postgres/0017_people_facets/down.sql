DROP INDEX scim_requests_request;
DROP INDEX mails_person;
DROP INDEX audit_entries_subject;
CREATE INDEX audit_entries_subject ON audit_entries (workspace_id, subject_id);
DELETE FROM search_attributes WHERE substr(path, 1, 1) = '#';
