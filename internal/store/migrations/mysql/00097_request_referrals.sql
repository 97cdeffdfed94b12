-- +goose Up
CREATE TABLE IF NOT EXISTS request_referrals (
    id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    request_id   BIGINT NOT NULL,
    from_unit_id BIGINT NOT NULL,
    to_unit_id   BIGINT,
    organisation VARCHAR(60) NOT NULL,
    reason       VARCHAR(200) NOT NULL,
    consent      VARCHAR(100) NOT NULL,
    referred_by  BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    KEY ix_request_referrals_request (request_id, id),
    CHECK ((to_unit_id IS NULL) <> (organisation = ''))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
