-- +goose Up
CREATE TABLE IF NOT EXISTS hour_totals (
    scope      VARCHAR(16) NOT NULL CHECK (scope IN ('campaign', 'campaign_unit', 'unit')),
    scope_id   BIGINT NOT NULL,
    part       VARCHAR(20) NOT NULL,
    stripe     BIGINT NOT NULL,
    minutes    BIGINT NOT NULL,
    entries    BIGINT NOT NULL,
    volunteers BIGINT NOT NULL,
    PRIMARY KEY (scope, scope_id, part, stripe)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
