-- +goose Up
CREATE TABLE service_types (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    unit_id        INTEGER NOT NULL,
    field          TEXT NOT NULL CHECK (length(field) <= 16 AND field IN ('relief', 'elder', 'child', 'community')),
    theme          TEXT NOT NULL CHECK (length(theme) <= 16 AND theme IN ('heart', 'body', 'rights', 'family')),
    icon           TEXT NOT NULL CHECK (length(icon) <= 16),
    name           TEXT NOT NULL CHECK (length(name) <= 20),
    line           TEXT NOT NULL CHECK (length(line) <= 40),
    detail         TEXT NOT NULL CHECK (length(detail) <= 1000),
    ways           TEXT NOT NULL CHECK (length(ways) <= 40),
    mode           TEXT NOT NULL CHECK (length(mode) <= 16 AND mode IN ('booking', 'request')),
    instant        INTEGER NOT NULL,
    length_minutes INTEGER NOT NULL CHECK (length_minutes > 0),
    buffer_minutes INTEGER NOT NULL CHECK (buffer_minutes >= 0),
    horizon_days   INTEGER NOT NULL CHECK (horizon_days > 0),
    lead_minutes   INTEGER NOT NULL CHECK (lead_minutes >= 0),
    groups_served  TEXT NOT NULL CHECK (length(groups_served) <= 100),
    questions      TEXT NOT NULL,
    confidential   INTEGER NOT NULL,
    promises       TEXT NOT NULL CHECK (length(promises) <= 300),
    min_level      TEXT NOT NULL CHECK (length(min_level) <= 16 AND min_level IN ('none', 'junior', 'intermediate', 'senior')),
    place_name     TEXT NOT NULL CHECK (length(place_name) <= 80),
    place_note     TEXT NOT NULL CHECK (length(place_note) <= 80),
    active         INTEGER NOT NULL,
    position       INTEGER NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX uq_service_types_name ON service_types (unit_id, name);
