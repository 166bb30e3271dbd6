-- Texts are in byte order here already.
SELECT 1;
