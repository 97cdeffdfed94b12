-- +goose Up
UPDATE requests SET person_key = LOWER(REPLACE(REPLACE(person_name, ' ', ''), '·', '')), beneficiary_key = LOWER(REPLACE(REPLACE(beneficiary_name, ' ', ''), '·', '')) WHERE person_key = '' AND emptied = 0;
