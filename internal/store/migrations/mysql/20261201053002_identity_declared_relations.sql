-- +goose Up
-- Who says that they are related to whom (rule 8). kind is what high is to low.
CREATE TABLE IF NOT EXISTS declared_relations (
    id          BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    low_id      BIGINT      NOT NULL,
    high_id     BIGINT      NOT NULL,
    kind        VARCHAR(16) NOT NULL,
    live        BIGINT,
    declared_at BIGINT      NOT NULL,
    ended_at    BIGINT,
    UNIQUE KEY declared_relations_pair (low_id, high_id, live),
    KEY declared_relations_high (high_id),
    CONSTRAINT declared_relations_low_fk FOREIGN KEY (low_id) REFERENCES people (id),
    CONSTRAINT declared_relations_high_fk FOREIGN KEY (high_id) REFERENCES people (id),
    CHECK (low_id < high_id),
    CHECK ((live IS NULL) = (ended_at IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
