-- +goose Up
ALTER TABLE notices ADD COLUMN request_id BIGINT;
