-- +goose Up
-- The code holds who looks and at what: more of both comes.
ALTER TABLE request_looks
    /*M! MODIFY role VARCHAR(16) NOT NULL, MODIFY what VARCHAR(16) NOT NULL */
    /*!80016 DROP CHECK request_looks_chk_1, DROP CHECK request_looks_chk_2 */;
