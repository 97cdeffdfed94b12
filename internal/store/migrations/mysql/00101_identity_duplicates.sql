-- +goose Up
CREATE TABLE IF NOT EXISTS person_duplicates (
    id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    low_id      BIGINT NOT NULL,
    high_id     BIGINT NOT NULL,
    by_phone    BOOLEAN NOT NULL,
    by_identity BOOLEAN NOT NULL,
    state       VARCHAR(16) NOT NULL CHECK (state IN ('open', 'merged', 'different')),
    reason      VARCHAR(200) NOT NULL,
    settled_by  BIGINT,
    found_at    BIGINT NOT NULL,
    settled_at  BIGINT,
    UNIQUE KEY uq_person_duplicates_pair (low_id, high_id),
    KEY ix_person_duplicates_state (state, id),
    CHECK (low_id < high_id),
    CHECK ((settled_by IS NULL) = (state = 'open'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
