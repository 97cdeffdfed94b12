-- +goose Up
CREATE TABLE IF NOT EXISTS role_invitations (
    id           BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    unit_id      BIGINT      NOT NULL,
    role         VARCHAR(20) NOT NULL,
    code_hash    VARCHAR(64) NOT NULL,
    invited_by   BIGINT      NOT NULL,
    created_at   BIGINT      NOT NULL,
    expires_at   BIGINT      NOT NULL,
    accepted_by  BIGINT,
    accepted_at  BIGINT,
    withdrawn_at BIGINT,
    UNIQUE KEY uq_role_invitations_code (code_hash),
    KEY ix_role_invitations_unit (unit_id),
    KEY ix_role_invitations_expiry (expires_at),
    CONSTRAINT fk_role_invitations_unit FOREIGN KEY (unit_id) REFERENCES units (id),
    CONSTRAINT ck_role_invitations_role CHECK (role IN ('social_worker', 'station_staff', 'district_admin'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
