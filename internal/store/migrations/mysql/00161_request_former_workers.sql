-- +goose Up
CREATE TABLE IF NOT EXISTS request_former_workers (
    request_id BIGINT NOT NULL,
    person_id  BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (request_id, person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
