-- +goose Up
CREATE TABLE IF NOT EXISTS password_logins (
    login      VARCHAR(64)  NOT NULL PRIMARY KEY,
    person_id  BIGINT       NOT NULL,
    hash       VARCHAR(200) NOT NULL,
    changed_at BIGINT       NOT NULL,
    UNIQUE KEY uq_password_logins_person (person_id),
    CONSTRAINT fk_password_logins_person FOREIGN KEY (person_id) REFERENCES people (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
