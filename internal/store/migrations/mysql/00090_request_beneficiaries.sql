-- +goose Up
CREATE TABLE IF NOT EXISTS beneficiaries (
    id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    person_id  BIGINT NOT NULL,
    ref        VARCHAR(32) NOT NULL,
    name       VARCHAR(40) NOT NULL,
    relation   VARCHAR(16) NOT NULL CHECK (relation IN ('self', 'parent', 'spouse', 'child', 'grandparent', 'grandchild', 'sibling', 'neighbour', 'other')),
    sex        VARCHAR(10) NOT NULL CHECK (sex IN ('female', 'male', 'unknown')),
    birth_date VARCHAR(10),
    groups_of  VARCHAR(100) NOT NULL,
    unit_id    BIGINT,
    guardian   BOOLEAN NOT NULL,
    consent    VARCHAR(100) NOT NULL,
    sealed     BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE KEY uq_beneficiaries_ref (ref),
    KEY ix_beneficiaries_person (person_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
