-- +goose Up
CREATE TABLE IF NOT EXISTS grant_changes (
    id         BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    person_id  BIGINT      NOT NULL,
    unit_id    BIGINT      NOT NULL,
    role       VARCHAR(20) NOT NULL,
    action     VARCHAR(10) NOT NULL,
    changed_by BIGINT      NOT NULL,
    changed_at BIGINT      NOT NULL,
    KEY ix_grant_changes_person (person_id, changed_at),
    KEY ix_grant_changes_unit (unit_id, changed_at),
    CONSTRAINT ck_grant_changes_action CHECK (action IN ('granted', 'revoked'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
