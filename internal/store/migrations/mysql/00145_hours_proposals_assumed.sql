-- +goose Up
-- Minutes by hand that wait for approval are counted from the shift's start.
UPDATE hour_proposals p JOIN shifts s ON s.id = p.shift_id
SET p.from_at = s.starts_at, p.to_at = s.starts_at + p.minutes * 60000
WHERE p.class = 'manual' AND p.state = 'pending';
