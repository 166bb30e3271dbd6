ALTER TABLE login_requests DROP COLUMN is_test;
