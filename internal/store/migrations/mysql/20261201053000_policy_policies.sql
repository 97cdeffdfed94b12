-- +goose Up
-- Limits as dated rows (rule 11): unit_id is a district centre or a city, or 0, the whole system (NULLs would escape the unique key).
CREATE TABLE IF NOT EXISTS policies (
    id         BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind       VARCHAR(40) NOT NULL,
    unit_id    BIGINT      NOT NULL,
    from_day   VARCHAR(10) NOT NULL,
    value      BIGINT      NOT NULL CHECK (value >= 0),
    used       BOOLEAN     NOT NULL,
    created_by BIGINT      NOT NULL,
    created_at BIGINT      NOT NULL,
    UNIQUE KEY policies_day (kind, unit_id, from_day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
