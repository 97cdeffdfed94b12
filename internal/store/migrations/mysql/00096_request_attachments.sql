-- +goose Up
CREATE TABLE IF NOT EXISTS request_attachments (
    id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    request_id BIGINT NOT NULL,
    position   BIGINT NOT NULL CHECK (position BETWEEN 1 AND 9),
    name       VARCHAR(40) NOT NULL,
    kind       VARCHAR(8) NOT NULL CHECK (kind IN ('jpeg', 'png', 'webp', 'pdf')),
    bytes      BIGINT NOT NULL,
    author_id  BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE KEY uq_request_attachments (request_id, position),
    UNIQUE KEY uq_request_attachments_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
