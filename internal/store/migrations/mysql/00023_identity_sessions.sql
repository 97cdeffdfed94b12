-- +goose Up
CREATE TABLE IF NOT EXISTS sessions (
    id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    person_id    BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    refreshed_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    ended_at     BIGINT NULL,
    KEY ix_sessions_person (person_id),
    KEY ix_sessions_expires (expires_at),
    CONSTRAINT fk_sessions_person FOREIGN KEY (person_id) REFERENCES people (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
