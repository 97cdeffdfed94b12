-- +goose Up
CREATE TABLE IF NOT EXISTS shifts (
    id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    activity_id BIGINT NOT NULL,
    unit_id     BIGINT NOT NULL,
    series_id   BIGINT,
    starts_at   BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    capacity    BIGINT NOT NULL CHECK (capacity > 0),
    taken       BIGINT NOT NULL CHECK (taken >= 0),
    waitlisted  BIGINT NOT NULL CHECK (waitlisted >= 0),
    state       VARCHAR(16) NOT NULL CHECK (state IN ('open', 'cancelled')),
    secret      VARCHAR(64) NOT NULL,
    swept       BOOLEAN NOT NULL,
    created_at  BIGINT NOT NULL,
    UNIQUE KEY uq_shifts_series (series_id, starts_at),
    KEY ix_shifts_activity (activity_id, starts_at),
    KEY ix_shifts_unit (unit_id, starts_at),
    KEY ix_shifts_sweep (swept, ends_at),
    KEY ix_shifts_days (state, starts_at),
    CHECK (taken <= capacity),
    CHECK (ends_at > starts_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
