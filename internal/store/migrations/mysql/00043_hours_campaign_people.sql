-- +goose Up
CREATE TABLE IF NOT EXISTS campaign_people (
    campaign_id BIGINT NOT NULL,
    person_id   BIGINT NOT NULL,
    minutes     BIGINT NOT NULL,
    entries     BIGINT NOT NULL,
    PRIMARY KEY (campaign_id, person_id),
    KEY ix_campaign_people_rank (campaign_id, minutes, person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
