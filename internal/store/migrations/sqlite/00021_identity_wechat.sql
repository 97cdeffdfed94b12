-- +goose Up
CREATE TABLE wechat_identities (
    openid     TEXT    NOT NULL PRIMARY KEY CHECK (length(openid) <= 64),
    unionid    TEXT    NOT NULL CHECK (length(unionid) <= 64),
    person_id  INTEGER NOT NULL REFERENCES people (id),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_wechat_identities_person ON wechat_identities (person_id);
