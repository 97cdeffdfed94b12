-- +goose Up
CREATE TABLE IF NOT EXISTS request_timeline (
    id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    request_id BIGINT NOT NULL,
    action     VARCHAR(20) NOT NULL,
    from_state VARCHAR(16) NOT NULL,
    to_state   VARCHAR(16) NOT NULL,
    actor_id   BIGINT NOT NULL,
    actor_role VARCHAR(16) NOT NULL CHECK (actor_role IN ('resident', 'staff', 'worker', 'system')),
    said       VARCHAR(300) NOT NULL,
    at         BIGINT NOT NULL,
    KEY ix_request_timeline (request_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
