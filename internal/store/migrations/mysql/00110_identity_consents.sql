-- +goose Up
CREATE TABLE IF NOT EXISTS consents (
    id           BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    person_id    BIGINT      NOT NULL,
    kind         VARCHAR(20) NOT NULL,
    version      VARCHAR(20) NOT NULL,
    given        BOOLEAN     NOT NULL,
    by_person_id BIGINT      NOT NULL,
    by_role      VARCHAR(10) NOT NULL,
    at           BIGINT      NOT NULL,
    KEY ix_consents_person (person_id, kind, at, id),
    CONSTRAINT fk_consents_person FOREIGN KEY (person_id) REFERENCES people (id),
    CONSTRAINT ck_consents_kind CHECK (kind IN ('privacy', 'sensitive', 'location', 'identity_number', 'leaderboard', 'share')),
    CONSTRAINT ck_consents_by_role CHECK (by_role IN ('self', 'guardian', 'staff'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
