-- +goose Up
CREATE TABLE IF NOT EXISTS provider_spans (
    id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    provider_id  BIGINT NOT NULL,
    kind         VARCHAR(8) NOT NULL CHECK (kind IN ('work', 'break')),
    weekday      BIGINT NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    start_minute BIGINT NOT NULL CHECK (start_minute BETWEEN 0 AND 1439),
    end_minute   BIGINT NOT NULL,
    KEY ix_provider_spans (provider_id, weekday),
    CHECK (end_minute > start_minute AND end_minute <= start_minute + 1440)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
