-- +goose Up
ALTER TABLE requests ADD COLUMN person_key TEXT NOT NULL DEFAULT '' CHECK (length(person_key) <= 40);
ALTER TABLE requests ADD COLUMN beneficiary_key TEXT NOT NULL DEFAULT '' CHECK (length(beneficiary_key) <= 40);
CREATE INDEX ix_requests_person_key ON requests (unit_id, person_key, id);
CREATE INDEX ix_requests_beneficiary_key ON requests (unit_id, beneficiary_key, id);
CREATE INDEX ix_requests_unit_state ON requests (unit_id, state, id);
CREATE INDEX ix_requests_unit_service ON requests (unit_id, service_type_id, id);
CREATE INDEX ix_requests_unit_service_state ON requests (unit_id, service_type_id, state, id);
