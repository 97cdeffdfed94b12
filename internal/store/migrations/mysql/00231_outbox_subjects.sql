-- +goose Up
UPDATE notices SET
    subject = CASE WHEN request_id IS NOT NULL THEN 'request' WHEN entry_id IS NOT NULL THEN 'entry'
        WHEN signup_id IS NOT NULL AND kind IN ('signup_confirmed', 'signup_offered', 'shift_reminder') THEN 'signup'
        WHEN activity_id IS NOT NULL THEN 'activity' ELSE '' END,
    subject_id = CASE WHEN request_id IS NOT NULL THEN request_id WHEN entry_id IS NOT NULL THEN entry_id
        WHEN signup_id IS NOT NULL AND kind IN ('signup_confirmed', 'signup_offered', 'shift_reminder') THEN signup_id
        WHEN activity_id IS NOT NULL THEN activity_id ELSE 0 END;
