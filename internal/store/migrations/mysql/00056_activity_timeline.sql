-- +goose Up
CREATE TABLE IF NOT EXISTS activity_timeline (
    id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    subject    VARCHAR(16) NOT NULL CHECK (subject IN ('activity', 'shift', 'signup')),
    subject_id BIGINT NOT NULL,
    action     VARCHAR(20) NOT NULL,
    from_state VARCHAR(16) NOT NULL,
    to_state   VARCHAR(16) NOT NULL,
    actor_id   BIGINT NOT NULL,
    reason     VARCHAR(200) NOT NULL,
    at         BIGINT NOT NULL,
    KEY ix_activity_timeline (subject, subject_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
