-- +goose Up
CREATE TABLE IF NOT EXISTS campaigns (
    id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    unit_id      BIGINT NOT NULL,
    name         VARCHAR(30) NOT NULL,
    story        VARCHAR(1000) NOT NULL,
    art          VARCHAR(16) NOT NULL CHECK (art IN ('orchid', 'river', 'path')),
    goal_minutes BIGINT NOT NULL CHECK (goal_minutes > 0),
    starts_on    VARCHAR(10) NOT NULL,
    ends_on      VARCHAR(10) NOT NULL,
    created_at   BIGINT NOT NULL,
    UNIQUE KEY uq_campaigns_name (name),
    KEY ix_campaigns_unit (unit_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
