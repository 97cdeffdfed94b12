-- +goose Up
CREATE TABLE IF NOT EXISTS wechat_identities (
    openid     VARCHAR(64) NOT NULL PRIMARY KEY,
    unionid    VARCHAR(64) NOT NULL,
    person_id  BIGINT      NOT NULL,
    created_at BIGINT      NOT NULL,
    KEY ix_wechat_identities_person (person_id),
    CONSTRAINT fk_wechat_identities_person FOREIGN KEY (person_id) REFERENCES people (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
