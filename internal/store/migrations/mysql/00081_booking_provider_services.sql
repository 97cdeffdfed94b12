-- +goose Up
CREATE TABLE IF NOT EXISTS provider_services (
    provider_id     BIGINT NOT NULL,
    service_type_id BIGINT NOT NULL,
    PRIMARY KEY (provider_id, service_type_id),
    KEY ix_provider_services_type (service_type_id, provider_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
