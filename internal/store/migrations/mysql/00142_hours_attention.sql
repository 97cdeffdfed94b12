-- +goose Up
CREATE TABLE IF NOT EXISTS hour_attention (
    id         BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    entry_id   BIGINT       NOT NULL,
    unit_id    BIGINT       NOT NULL,
    reason     VARCHAR(24)  NOT NULL CHECK (reason IN ('old_overlap', 'granted_by_proposer', 'own_hours', 'daily_cap')),
    other_id   BIGINT,
    needs_look BOOLEAN      NOT NULL,
    note       VARCHAR(200) NOT NULL,
    looked_by  BIGINT,
    looked_at  BIGINT,
    created_at BIGINT       NOT NULL,
    UNIQUE KEY uq_hour_attention (entry_id, reason),
    KEY ix_hour_attention_look (needs_look, unit_id, id),
    CHECK ((looked_by IS NULL) = (needs_look = 1))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
