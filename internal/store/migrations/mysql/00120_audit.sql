-- +goose Up
CREATE TABLE IF NOT EXISTS audit_entries (
    id          BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    at          BIGINT      NOT NULL,
    actor_id    BIGINT      NOT NULL,
    role        VARCHAR(20) NOT NULL,
    district_id BIGINT      NOT NULL,
    unit_id     BIGINT      NOT NULL,
    operation   VARCHAR(60) NOT NULL,
    entity      VARCHAR(20) NOT NULL,
    entity_id   BIGINT      NOT NULL,
    minor       BOOLEAN     NOT NULL,
    before_json TEXT        NOT NULL,
    after_json  TEXT        NOT NULL,
    network     VARCHAR(45) NOT NULL,
    request_id  VARCHAR(32) NOT NULL,
    KEY ix_audit_entries_district (district_id, at),
    KEY ix_audit_entries_operation (district_id, operation, at),
    KEY ix_audit_entries_minor (district_id, minor, at),
    KEY ix_audit_entries_actor (actor_id, at),
    KEY ix_audit_entries_entity (entity, entity_id, at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
