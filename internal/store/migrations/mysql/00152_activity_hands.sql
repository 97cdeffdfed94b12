-- +goose Up
CREATE TABLE IF NOT EXISTS shift_hands (
    shift_id  BIGINT     NOT NULL,
    person_id BIGINT     NOT NULL,
    deed      VARCHAR(8) NOT NULL CHECK (deed IN ('made', 'moved', 'showed', 'scanned', 'undid', 'eased')),
    at        BIGINT     NOT NULL,
    PRIMARY KEY (shift_id, person_id, deed)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
