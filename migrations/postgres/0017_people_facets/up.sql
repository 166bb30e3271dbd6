-- What administrators filter people by stands in search_attributes, under paths that begin with a #. Of the deleted that is
-- their status alone; everybody else is decided anew, which writes it for them.
INSERT INTO search_attributes (workspace_id, person_id, path, element, rank, prefix, folded, exact, ordinal)
SELECT workspace_id, id, '#status', 0, 0, 'deleted', 'deleted', 'deleted', ordinal FROM collaborators WHERE deleted;
UPDATE collaborators SET due_at = 0, marked_at = coalesce(marked_at, 0) WHERE NOT deleted;

-- What one person's page and receipt ask for.
DROP INDEX audit_entries_subject;
CREATE INDEX audit_entries_subject ON audit_entries (workspace_id, subject_id, ordinal);
CREATE INDEX mails_person ON mails (person_id);
CREATE INDEX scim_requests_request ON scim_requests (workspace_id, request_id);
