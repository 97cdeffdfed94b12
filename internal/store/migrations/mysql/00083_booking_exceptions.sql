-- +goose Up
CREATE TABLE IF NOT EXISTS provider_exceptions (
    id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    provider_id  BIGINT NOT NULL,
    day          VARCHAR(10) NOT NULL,
    kind         VARCHAR(8) NOT NULL CHECK (kind IN ('off', 'extra')),
    start_minute BIGINT NOT NULL CHECK (start_minute BETWEEN 0 AND 1439),
    end_minute   BIGINT NOT NULL,
    note         VARCHAR(40) NOT NULL,
    created_at   BIGINT NOT NULL,
    KEY ix_provider_exceptions (provider_id, day),
    CHECK (end_minute > start_minute AND end_minute <= start_minute + 1440)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
