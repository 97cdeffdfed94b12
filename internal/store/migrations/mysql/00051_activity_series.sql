-- +goose Up
CREATE TABLE IF NOT EXISTS shift_series (
    id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    activity_id BIGINT NOT NULL,
    weekdays    VARCHAR(13) NOT NULL,
    start_time  VARCHAR(5) NOT NULL,
    end_time    VARCHAR(5) NOT NULL,
    from_date   VARCHAR(10) NOT NULL,
    until_date  VARCHAR(10) NOT NULL,
    capacity    BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    KEY ix_shift_series_activity (activity_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
