-- +goose Up
DELETE FROM holidays WHERE unit_id = 0;
