-- +goose Up
CREATE TABLE IF NOT EXISTS guardianships (
    id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    guardian_id BIGINT NOT NULL,
    child_id    BIGINT NOT NULL,
    relation    VARCHAR(16) NOT NULL CHECK (relation IN ('parent', 'grandparent', 'other')),
    live        BIGINT,
    agreed_at   BIGINT NOT NULL,
    ended_at    BIGINT,
    UNIQUE KEY uq_guardianships_live (guardian_id, child_id, live),
    KEY ix_guardianships_child (child_id, live),
    CONSTRAINT fk_guardianships_guardian FOREIGN KEY (guardian_id) REFERENCES people (id),
    CONSTRAINT fk_guardianships_child FOREIGN KEY (child_id) REFERENCES people (id),
    CHECK (guardian_id <> child_id),
    CHECK ((live IS NULL) = (ended_at IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
