-- +goose Up
CREATE TABLE IF NOT EXISTS hour_disputes (
    id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    entry_id    BIGINT NOT NULL,
    open_entry  BIGINT,
    person_id   BIGINT NOT NULL,
    unit_id     BIGINT NOT NULL,
    state       VARCHAR(16) NOT NULL CHECK (state IN ('open', 'corrected', 'kept')),
    words       VARCHAR(200) NOT NULL,
    answer      VARCHAR(200) NOT NULL,
    answered_by BIGINT,
    created_at  BIGINT NOT NULL,
    answered_at BIGINT,
    UNIQUE KEY uq_hour_disputes_open (open_entry),
    KEY ix_hour_disputes_unit (state, unit_id, id),
    KEY ix_hour_disputes_entry (entry_id, id),
    KEY ix_hour_disputes_person (person_id, id),
    CHECK ((open_entry IS NOT NULL) = (state = 'open')),
    CHECK (answered_by IS NULL OR answered_by <> person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
