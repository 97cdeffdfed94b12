-- +goose Up
ALTER TABLE requests
    ADD COLUMN person_key VARCHAR(40) NOT NULL DEFAULT '',
    ADD COLUMN beneficiary_key VARCHAR(40) NOT NULL DEFAULT '',
    ADD KEY ix_requests_person_key (unit_id, person_key, id),
    ADD KEY ix_requests_beneficiary_key (unit_id, beneficiary_key, id),
    ADD KEY ix_requests_unit_state (unit_id, state, id),
    ADD KEY ix_requests_unit_service (unit_id, service_type_id, id),
    ADD KEY ix_requests_unit_service_state (unit_id, service_type_id, state, id);
