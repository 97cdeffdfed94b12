-- +goose Up
CREATE TABLE IF NOT EXISTS refresh_tokens (
    hash       VARCHAR(64) NOT NULL PRIMARY KEY,
    session_id BIGINT      NOT NULL,
    issued_at  BIGINT      NOT NULL,
    used_at    BIGINT      NULL,
    KEY ix_refresh_tokens_session (session_id),
    CONSTRAINT fk_refresh_tokens_session FOREIGN KEY (session_id) REFERENCES sessions (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
