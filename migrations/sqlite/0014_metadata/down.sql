DROP TABLE certificate_warnings;
DROP TABLE metadata_sources;
