-- +goose Up
CREATE TABLE IF NOT EXISTS holidays (
    day        VARCHAR(10) NOT NULL PRIMARY KEY,
    name       VARCHAR(20) NOT NULL,
    kind       VARCHAR(8) NOT NULL CHECK (kind IN ('off', 'work')),
    as_weekday BIGINT NOT NULL CHECK (as_weekday BETWEEN 0 AND 7),
    created_at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
