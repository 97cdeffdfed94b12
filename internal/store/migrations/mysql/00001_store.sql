-- +goose Up
CREATE TABLE IF NOT EXISTS idempotency_keys (
    id           BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    person_id    BIGINT       NOT NULL,
    request_key  VARCHAR(128) NOT NULL,
    operation    VARCHAR(128) NOT NULL,
    body_hash    VARCHAR(64)  NOT NULL,
    nonce        VARCHAR(32)  NOT NULL,
    status       BIGINT       NOT NULL,
    content_type VARCHAR(128) NOT NULL,
    body         MEDIUMBLOB   NOT NULL,
    created_at   BIGINT       NOT NULL,
    UNIQUE KEY uq_idempotency_keys (person_id, request_key),
    KEY ix_idempotency_keys_created (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
