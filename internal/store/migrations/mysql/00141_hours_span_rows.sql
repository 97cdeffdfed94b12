-- +goose Up
-- Each entry that corrections have left above zero gets the time it credits: presence within the shift, or, where none
-- is known or it is too short for the minutes, the minutes from the shift's start, marked as assumed.
INSERT IGNORE INTO credited_spans (entry_id, person_id, from_at, to_at, assumed, old)
SELECT id, owner_id,
    CASE WHEN out_by - in_by >= most * 60000 THEN in_by ELSE starts_at END,
    CASE WHEN out_by - in_by >= most * 60000 THEN out_by ELSE starts_at + most * 60000 END,
    CASE WHEN out_by - in_by >= most * 60000 THEN 0 ELSE 1 END, 1
FROM (
    SELECT id, owner_id, starts_at, in_by, out_by, stands, GREATEST(minutes, stands) AS most
    FROM (
        SELECT e.id, COALESCE(p.merged_into, p.id) AS owner_id, e.starts_at, e.minutes,
            GREATEST(a.in_at, e.starts_at) AS in_by, LEAST(a.out_at, e.ends_at) AS out_by,
            e.minutes + COALESCE((SELECT SUM(c.minutes) FROM hour_entries c WHERE c.corrects_id = e.id), 0) AS stands
        FROM hour_entries e JOIN people p ON p.id = e.person_id
            LEFT JOIN attendances a ON e.class = 'system' AND a.signup_id = e.source_id
        WHERE e.class <> 'correction') entries) spans
WHERE stands > 0;
