-- +goose Up
CREATE TABLE IF NOT EXISTS credited_spans (
    entry_id  BIGINT  NOT NULL PRIMARY KEY,
    person_id BIGINT  NOT NULL,
    from_at   BIGINT  NOT NULL,
    to_at     BIGINT  NOT NULL,
    assumed   BOOLEAN NOT NULL,
    old       BOOLEAN NOT NULL,
    KEY ix_credited_spans_person (person_id, from_at),
    CHECK (to_at > from_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
