DROP INDEX scim_requests_request;
DROP INDEX mails_person;
DELETE FROM search_attributes WHERE substr(path, 1, 1) = '#';
