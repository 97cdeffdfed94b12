-- +goose Up
-- The code holds what an entry is paid for: more of that comes (hours.Class, hours.Source).
-- To take a CHECK away changes nothing that is stored: the README says how.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(sql, ' AND class IN (''system'', ''manual'', ''correction'')', ''), ' AND source IN (''signup'', ''proposal'')', '') WHERE type = 'table' AND name = 'hour_entries';
PRAGMA writable_schema = RESET;
CREATE TABLE schema_changed (n INTEGER) STRICT;
DROP TABLE schema_changed;
