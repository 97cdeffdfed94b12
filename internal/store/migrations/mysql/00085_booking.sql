-- +goose Up
CREATE TABLE IF NOT EXISTS bookings (
    id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    provider_id     BIGINT NOT NULL,
    request_id      BIGINT NOT NULL,
    service_type_id BIGINT NOT NULL,
    unit_id         BIGINT NOT NULL,
    state           VARCHAR(16) NOT NULL CHECK (state IN ('held', 'booked', 'done', 'no_show', 'cancelled', 'lapsed')),
    live            BIGINT,
    day             VARCHAR(10) NOT NULL,
    starts_at       BIGINT NOT NULL,
    ends_at         BIGINT NOT NULL,
    busy_until      BIGINT NOT NULL,
    hold_expires_at BIGINT,
    created_at      BIGINT NOT NULL,
    UNIQUE KEY uq_bookings_live (request_id, live),
    KEY ix_bookings_provider (provider_id, live, starts_at),
    KEY ix_bookings_calendar (provider_id, starts_at),
    KEY ix_bookings_holds (state, hold_expires_at),
    CHECK (ends_at > starts_at AND busy_until >= ends_at),
    CHECK ((live IS NULL) = (state NOT IN ('held', 'booked'))),
    CHECK ((hold_expires_at IS NULL) = (state <> 'held'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
