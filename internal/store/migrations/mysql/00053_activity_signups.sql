-- +goose Up
CREATE TABLE IF NOT EXISTS signups (
    id               BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    shift_id         BIGINT NOT NULL,
    person_id        BIGINT NOT NULL,
    unit_id          BIGINT NOT NULL,
    activity_id      BIGINT NOT NULL,
    starts_at        BIGINT NOT NULL,
    ends_at          BIGINT NOT NULL,
    state            VARCHAR(16) NOT NULL CHECK (state IN ('pending', 'waitlisted', 'offered', 'confirmed', 'attended', 'absent', 'rejected', 'cancelled', 'lapsed')),
    live             BIGINT,
    reason           VARCHAR(200) NOT NULL,
    offer_expires_at BIGINT,
    created_at       BIGINT NOT NULL,
    UNIQUE KEY uq_signups_live (shift_id, person_id, live),
    KEY ix_signups_shift (shift_id, state, id),
    KEY ix_signups_person (person_id, live, starts_at),
    KEY ix_signups_person_ends (person_id, ends_at, id),
    KEY ix_signups_unit (unit_id, state, id),
    KEY ix_signups_offers (state, offer_expires_at),
    CHECK ((live IS NULL) = (state IN ('rejected', 'cancelled', 'lapsed')))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
