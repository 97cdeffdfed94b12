-- +goose Up
-- Minutes by hand that wait for approval are counted from the shift's start.
UPDATE hour_proposals SET
    from_at = (SELECT starts_at FROM shifts WHERE shifts.id = shift_id),
    to_at = (SELECT starts_at FROM shifts WHERE shifts.id = shift_id) + minutes * 60000
WHERE class = 'manual' AND state = 'pending';
