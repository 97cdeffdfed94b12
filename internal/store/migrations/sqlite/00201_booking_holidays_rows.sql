-- +goose Up
-- The holidays that all had belong to every district that there is.
INSERT INTO holidays (unit_id, day, name, kind, as_weekday, created_at)
SELECT u.id, h.day, h.name, h.kind, h.as_weekday, h.created_at FROM holidays h JOIN units u ON u.parent_id IS NULL
WHERE h.unit_id = 0 AND NOT EXISTS (SELECT 1 FROM holidays o WHERE o.unit_id = u.id AND o.day = h.day);
