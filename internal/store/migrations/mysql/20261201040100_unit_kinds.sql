-- +goose Up
-- The code holds the kinds of units: more of them come (unit.Kind).
ALTER TABLE units DROP CONSTRAINT ck_units_kind;
