-- +goose Up
CREATE TABLE role_grants (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id  INTEGER NOT NULL REFERENCES people (id),
    unit_id    INTEGER NOT NULL REFERENCES units (id),
    role       TEXT    NOT NULL CHECK (length(role) <= 20) CHECK (role IN ('social_worker', 'station_staff', 'district_admin')),
    granted_by INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX uq_role_grants ON role_grants (person_id, unit_id, role);
CREATE INDEX ix_role_grants_unit ON role_grants (unit_id);
