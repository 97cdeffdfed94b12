-- +goose Up
ALTER TABLE request_former_workers ADD KEY ix_request_former_workers_person (person_id, request_id);
