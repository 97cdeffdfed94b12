-- +goose Up
CREATE TABLE campaign_people (
    campaign_id INTEGER NOT NULL,
    person_id   INTEGER NOT NULL,
    minutes     INTEGER NOT NULL,
    entries     INTEGER NOT NULL,
    PRIMARY KEY (campaign_id, person_id)
) STRICT;
CREATE INDEX ix_campaign_people_rank ON campaign_people (campaign_id, minutes, person_id);
