-- +goose Up
CREATE TABLE IF NOT EXISTS providers (
    person_id     BIGINT NOT NULL PRIMARY KEY,
    unit_id       BIGINT NOT NULL,
    level         VARCHAR(16) NOT NULL CHECK (level IN ('none', 'junior', 'intermediate', 'senior')),
    supervisor_id BIGINT,
    daily_cap     BIGINT NOT NULL CHECK (daily_cap >= 0),
    active        BOOLEAN NOT NULL,
    feed_hash     VARCHAR(64),
    created_at    BIGINT NOT NULL,
    UNIQUE KEY uq_providers_feed (feed_hash),
    KEY ix_providers_unit (unit_id, active)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
