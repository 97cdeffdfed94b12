-- +goose Up
CREATE TABLE IF NOT EXISTS volunteer_hours (
    person_id BIGINT NOT NULL PRIMARY KEY,
    sequence  BIGINT NOT NULL,
    last_hash VARCHAR(64) NOT NULL,
    minutes   BIGINT NOT NULL CHECK (minutes >= 0),
    entries   BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
