-- +goose Up
CREATE INDEX ix_request_former_workers_person ON request_former_workers (person_id, request_id);
