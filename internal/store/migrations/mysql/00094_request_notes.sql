-- +goose Up
CREATE TABLE IF NOT EXISTS request_notes (
    id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    ref        VARCHAR(32) NOT NULL,
    request_id BIGINT NOT NULL,
    kind       VARCHAR(16) NOT NULL CHECK (kind IN ('staff', 'case', 'message')),
    visit_id   BIGINT,
    author_id  BIGINT NOT NULL,
    sealed     BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE KEY uq_request_notes_ref (ref),
    KEY ix_request_notes_request (request_id, kind, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
