-- +goose Up
CREATE TABLE IF NOT EXISTS role_grants (
    id         BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    person_id  BIGINT      NOT NULL,
    unit_id    BIGINT      NOT NULL,
    role       VARCHAR(20) NOT NULL,
    granted_by BIGINT      NOT NULL,
    created_at BIGINT      NOT NULL,
    UNIQUE KEY uq_role_grants (person_id, unit_id, role),
    KEY ix_role_grants_unit (unit_id),
    CONSTRAINT fk_role_grants_person FOREIGN KEY (person_id) REFERENCES people (id),
    CONSTRAINT fk_role_grants_unit FOREIGN KEY (unit_id) REFERENCES units (id),
    CONSTRAINT ck_role_grants_role CHECK (role IN ('social_worker', 'station_staff', 'district_admin'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
