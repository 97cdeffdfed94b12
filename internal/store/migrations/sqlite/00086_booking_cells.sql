-- +goose Up
CREATE TABLE booking_cells (
    provider_id INTEGER NOT NULL,
    cell        INTEGER NOT NULL,
    booking_id  INTEGER NOT NULL,
    PRIMARY KEY (provider_id, cell)
) STRICT;
CREATE INDEX ix_booking_cells_booking ON booking_cells (booking_id);
