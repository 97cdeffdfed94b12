-- +goose Up
-- The code holds the kinds of consents: more of them come (identity.ConsentKind).
-- To take a CHECK away changes nothing that is stored: the README says how.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (kind IN (''privacy'', ''sensitive'', ''location'', ''identity_number'', ''leaderboard'', ''share''))', '') WHERE type = 'table' AND name = 'consents';
PRAGMA writable_schema = RESET;
CREATE TABLE schema_changed (n INTEGER) STRICT;
DROP TABLE schema_changed;
