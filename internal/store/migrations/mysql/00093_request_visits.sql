-- +goose Up
CREATE TABLE IF NOT EXISTS request_visits (
    id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    ref          VARCHAR(32) NOT NULL,
    request_id   BIGINT NOT NULL,
    unit_id      BIGINT NOT NULL,
    worker_id    BIGINT,
    booking_id   BIGINT,
    shift_id     BIGINT,
    under_way    BIGINT,
    started_at   BIGINT NOT NULL,
    ended_at     BIGINT,
    minutes      BIGINT NOT NULL CHECK (minutes >= 0),
    person_times BIGINT NOT NULL CHECK (person_times >= 0),
    place        VARCHAR(80) NOT NULL,
    sealed       BLOB NOT NULL,
    UNIQUE KEY uq_request_visits_under_way (request_id, under_way),
    UNIQUE KEY uq_request_visits_ref (ref),
    KEY ix_request_visits_request (request_id, id),
    KEY ix_request_visits_unit (unit_id, started_at),
    CHECK ((under_way IS NULL) = (ended_at IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
