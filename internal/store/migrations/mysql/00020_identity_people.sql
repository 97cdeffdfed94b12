-- +goose Up
CREATE TABLE IF NOT EXISTS people (
    id                  BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name                VARCHAR(40)  NOT NULL,
    sex                 VARCHAR(10)  NOT NULL,
    birth_date          VARCHAR(10)  NULL,
    unit_id             BIGINT       NULL,
    skills              VARCHAR(200) NOT NULL,
    volunteer_since     BIGINT       NULL,
    show_on_leaderboard BOOLEAN      NOT NULL,
    created_at          BIGINT       NOT NULL,
    closed_at           BIGINT       NULL,
    close_reason        VARCHAR(16)  NOT NULL,
    forgotten_at        BIGINT       NULL,
    KEY ix_people_unit (unit_id),
    KEY ix_people_closed (forgotten_at, closed_at),
    CONSTRAINT fk_people_unit FOREIGN KEY (unit_id) REFERENCES units (id),
    CONSTRAINT ck_people_sex CHECK (sex IN ('female', 'male', 'unknown')),
    CONSTRAINT ck_people_volunteer CHECK (volunteer_since IS NULL OR birth_date IS NOT NULL)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
