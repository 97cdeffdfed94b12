-- +goose Up
-- The code holds the kinds of consents: more of them come (identity.ConsentKind).
ALTER TABLE consents DROP CONSTRAINT ck_consents_kind;
