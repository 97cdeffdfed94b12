-- +goose Up
CREATE INDEX ix_wechat_identities_unionid ON wechat_identities (unionid);
