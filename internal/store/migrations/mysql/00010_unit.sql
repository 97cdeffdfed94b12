-- +goose Up
CREATE TABLE IF NOT EXISTS units (
    id         BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    parent_id  BIGINT       NULL,
    kind       VARCHAR(20)  NOT NULL,
    name       VARCHAR(60)  NOT NULL,
    path       VARCHAR(200) NOT NULL,
    phone      VARCHAR(30)  NOT NULL,
    address    VARCHAR(120) NOT NULL,
    open_hours VARCHAR(40)  NOT NULL,
    latitude   DOUBLE       NULL,
    longitude  DOUBLE       NULL,
    created_at BIGINT       NOT NULL,
    UNIQUE KEY uq_units_path (path),
    KEY ix_units_parent (parent_id),
    CONSTRAINT fk_units_parent FOREIGN KEY (parent_id) REFERENCES units (id),
    CONSTRAINT ck_units_kind CHECK (kind IN ('district_centre', 'station', 'room')),
    CONSTRAINT ck_units_latitude CHECK (latitude BETWEEN -90 AND 90),
    CONSTRAINT ck_units_longitude CHECK (longitude BETWEEN -180 AND 180)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
