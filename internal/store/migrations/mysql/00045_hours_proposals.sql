-- +goose Up
CREATE TABLE IF NOT EXISTS hour_proposals (
    id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    class           VARCHAR(16) NOT NULL CHECK (class IN ('manual', 'correction')),
    state           VARCHAR(16) NOT NULL CHECK (state IN ('pending', 'approved', 'rejected')),
    target_id       BIGINT NOT NULL,
    open_target     BIGINT,
    person_id       BIGINT NOT NULL,
    unit_id         BIGINT NOT NULL,
    activity_id     BIGINT NOT NULL,
    shift_id        BIGINT NOT NULL,
    minutes         BIGINT NOT NULL,
    reason          VARCHAR(200) NOT NULL,
    proposed_by     BIGINT NOT NULL,
    decided_by      BIGINT,
    decision_reason VARCHAR(200) NOT NULL,
    created_at      BIGINT NOT NULL,
    decided_at      BIGINT,
    UNIQUE KEY uq_hour_proposals_open (class, open_target),
    KEY ix_hour_proposals_unit (state, unit_id, id),
    KEY ix_hour_proposals_target (class, target_id),
    CHECK (decided_by IS NULL OR decided_by <> proposed_by)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
