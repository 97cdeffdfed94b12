-- +goose Up
-- By which row of policies the daily cap asked for a second person; NULL: by the setting, or not by the cap.
ALTER TABLE hour_proposals ADD COLUMN policy_id BIGINT;
