-- +goose Up
ALTER TABLE wechat_identities
    ADD KEY ix_wechat_identities_unionid (unionid);
