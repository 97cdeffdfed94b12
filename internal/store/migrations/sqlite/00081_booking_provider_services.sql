-- +goose Up
CREATE TABLE provider_services (
    provider_id     INTEGER NOT NULL,
    service_type_id INTEGER NOT NULL,
    PRIMARY KEY (provider_id, service_type_id)
) STRICT;
CREATE INDEX ix_provider_services_type ON provider_services (service_type_id, provider_id);
