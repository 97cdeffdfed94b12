-- +goose Up
CREATE TABLE IF NOT EXISTS volunteer_months (
    person_id BIGINT NOT NULL,
    month     VARCHAR(7) NOT NULL,
    minutes   BIGINT NOT NULL,
    entries   BIGINT NOT NULL,
    PRIMARY KEY (person_id, month)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
