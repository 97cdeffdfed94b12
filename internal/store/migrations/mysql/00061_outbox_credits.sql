-- +goose Up
CREATE TABLE IF NOT EXISTS subscribe_credits (
    person_id  BIGINT      NOT NULL,
    template   VARCHAR(32) NOT NULL,
    accepted   BIGINT      NOT NULL,
    spent      BIGINT      NOT NULL,
    changed_at BIGINT      NOT NULL,
    PRIMARY KEY (person_id, template),
    CHECK (spent >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
