-- +goose Up
-- The code holds the reasons: more of them come (hours.LookReason).
ALTER TABLE hour_attention
    /*M! MODIFY reason VARCHAR(24) NOT NULL */
    /*!80016 DROP CHECK hour_attention_chk_1 */;
