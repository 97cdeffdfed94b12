-- +goose Up
CREATE TABLE IF NOT EXISTS notices (
    id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    person_id   BIGINT NOT NULL,
    kind        VARCHAR(32) NOT NULL,
    event       VARCHAR(80) NOT NULL,
    title       VARCHAR(40) NOT NULL,
    body        VARCHAR(400) NOT NULL,
    signup_id   BIGINT,
    activity_id BIGINT,
    request_id  BIGINT,
    read_at     BIGINT,
    created_at  BIGINT NOT NULL,
    UNIQUE KEY uq_notices_event (person_id, event),
    KEY ix_notices_unread (person_id, read_at),
    KEY ix_notices_person (person_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
