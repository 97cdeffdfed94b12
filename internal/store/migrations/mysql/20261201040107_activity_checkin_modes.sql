-- +goose Up
-- The code holds the ways to check in: more of them come.
ALTER TABLE activities
    /*M! MODIFY checkin_mode VARCHAR(16) NOT NULL */
    /*!80016 DROP CHECK activities_chk_3 */;
