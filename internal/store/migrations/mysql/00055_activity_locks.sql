-- +goose Up
CREATE TABLE IF NOT EXISTS signup_locks (
    person_id BIGINT NOT NULL PRIMARY KEY,
    turns     BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
