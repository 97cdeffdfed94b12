-- +goose Up
CREATE TABLE IF NOT EXISTS provider_days (
    provider_id BIGINT NOT NULL,
    day         VARCHAR(10) NOT NULL,
    taken       BIGINT NOT NULL CHECK (taken >= 0),
    PRIMARY KEY (provider_id, day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
