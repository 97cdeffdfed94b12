-- +goose Up
CREATE TABLE IF NOT EXISTS request_ratings (
    id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    request_id BIGINT NOT NULL,
    rating     BIGINT NOT NULL CHECK (rating BETWEEN 1 AND 5),
    comment    VARCHAR(300) NOT NULL,
    rated_at   BIGINT NOT NULL,
    KEY ix_request_ratings_request (request_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
