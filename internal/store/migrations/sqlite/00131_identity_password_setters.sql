-- +goose Up
-- A password that was never changed is the one that who made the account set.
UPDATE password_logins SET set_by = (SELECT MIN(c.changed_by) FROM grant_changes c
    WHERE c.person_id = password_logins.person_id AND c.changed_at = password_logins.changed_at AND c.action = 'granted' AND c.changed_by <> 0);
