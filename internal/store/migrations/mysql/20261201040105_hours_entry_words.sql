-- +goose Up
-- The code holds what an entry is paid for: more of that comes (hours.Class, hours.Source).
ALTER TABLE hour_entries
    /*M! MODIFY class VARCHAR(16) NOT NULL, MODIFY source VARCHAR(16) NOT NULL */
    /*!80016 DROP CHECK hour_entries_chk_2, DROP CHECK hour_entries_chk_3 */;
