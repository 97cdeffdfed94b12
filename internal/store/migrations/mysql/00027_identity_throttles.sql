-- +goose Up
CREATE TABLE IF NOT EXISTS throttles (
    name         VARCHAR(120) NOT NULL PRIMARY KEY,
    window_start BIGINT       NOT NULL,
    hits         BIGINT       NOT NULL,
    KEY ix_throttles_start (window_start)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
