-- +goose Up
CREATE TABLE IF NOT EXISTS link_codes (
    person_id  BIGINT NOT NULL PRIMARY KEY,
    hash       VARCHAR(64) NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE KEY uq_link_codes_hash (hash),
    CONSTRAINT fk_link_codes_person FOREIGN KEY (person_id) REFERENCES people (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
