-- +goose Up
-- That two accounts with one document, or one that holds a role, are two people is an admin's to say from now on.
UPDATE person_duplicates SET state = 'open', settled_by = NULL, settled_at = NULL, reason = ''
WHERE state = 'different' AND apart = 0 AND (by_identity = 1
    OR EXISTS (SELECT 1 FROM role_grants g WHERE g.person_id = person_duplicates.low_id OR g.person_id = person_duplicates.high_id));
