-- +goose Up
CREATE TABLE IF NOT EXISTS guardian_codes (
    child_id   BIGINT NOT NULL PRIMARY KEY,
    hash       VARCHAR(64) NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE KEY uq_guardian_codes_hash (hash),
    CONSTRAINT fk_guardian_codes_child FOREIGN KEY (child_id) REFERENCES people (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
