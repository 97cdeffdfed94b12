-- +goose Up
CREATE TABLE IF NOT EXISTS request_looks (
    id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    request_id BIGINT NOT NULL,
    person_id  BIGINT NOT NULL,
    role       VARCHAR(16) NOT NULL CHECK (role IN ('staff', 'worker', 'supervisor')),
    what       VARCHAR(16) NOT NULL CHECK (what IN ('details', 'contact', 'case_notes', 'attachment')),
    day        VARCHAR(10),
    at         BIGINT NOT NULL,
    UNIQUE KEY uq_request_looks_day (request_id, person_id, what, day),
    KEY ix_request_looks_request (request_id, id),
    KEY ix_request_looks_at (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
