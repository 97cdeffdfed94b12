-- +goose Up
CREATE TABLE IF NOT EXISTS booking_cells (
    provider_id BIGINT NOT NULL,
    cell        BIGINT NOT NULL,
    booking_id  BIGINT NOT NULL,
    PRIMARY KEY (provider_id, cell),
    KEY ix_booking_cells_booking (booking_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
