-- +goose Up
-- A holiday is a district's: its days off are not all districts'. The rows of before have the unit 0 until 00201.
ALTER TABLE holidays ADD COLUMN unit_id BIGINT NOT NULL DEFAULT 0, DROP PRIMARY KEY, ADD PRIMARY KEY (unit_id, day);
