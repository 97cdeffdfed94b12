-- +goose Up
CREATE TABLE IF NOT EXISTS undone_scans (
    id        BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    signup_id BIGINT       NOT NULL,
    kind      VARCHAR(8)   NOT NULL CHECK (kind IN ('in', 'out')),
    at        BIGINT       NOT NULL,
    method    VARCHAR(16)  NOT NULL,
    distance  BIGINT,
    attention VARCHAR(200) NOT NULL,
    reason    VARCHAR(200) NOT NULL,
    undone_by BIGINT       NOT NULL,
    undone_at BIGINT       NOT NULL,
    KEY ix_undone_scans_signup (signup_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
