-- +goose Up
-- What was credited twice before spans were kept: staff look at the later entry of each pair.
INSERT IGNORE INTO hour_attention (entry_id, unit_id, reason, other_id, needs_look, note, created_at)
SELECT b.entry_id, e.unit_id, 'old_overlap', MIN(a.entry_id), 1, '', e.created_at
FROM credited_spans b
    JOIN credited_spans a ON a.person_id = b.person_id AND a.entry_id < b.entry_id AND a.from_at < b.to_at AND a.to_at > b.from_at
    JOIN hour_entries e ON e.id = b.entry_id
GROUP BY b.entry_id, e.unit_id, e.created_at;
