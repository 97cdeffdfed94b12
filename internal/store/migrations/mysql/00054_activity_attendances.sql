-- +goose Up
CREATE TABLE IF NOT EXISTS attendances (
    signup_id    BIGINT NOT NULL PRIMARY KEY,
    shift_id     BIGINT NOT NULL,
    unit_id      BIGINT NOT NULL,
    in_at        BIGINT NOT NULL,
    in_method    VARCHAR(16) NOT NULL,
    out_at       BIGINT,
    out_method   VARCHAR(16) NOT NULL,
    in_distance  BIGINT,
    out_distance BIGINT,
    attention    VARCHAR(80) NOT NULL,
    needs_look   BOOLEAN NOT NULL,
    KEY ix_attendances_shift (shift_id, in_at),
    KEY ix_attendances_look (needs_look, unit_id, signup_id),
    CHECK (out_at IS NULL OR out_at >= in_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
