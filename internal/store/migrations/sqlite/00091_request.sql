-- +goose Up
CREATE TABLE requests (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    number           TEXT NOT NULL CHECK (length(number) <= 20),
    unit_id          INTEGER NOT NULL,
    service_type_id  INTEGER NOT NULL,
    person_id        INTEGER,
    filed_by         INTEGER,
    person_name      TEXT NOT NULL CHECK (length(person_name) <= 40),
    beneficiary_id   INTEGER,
    beneficiary_name TEXT NOT NULL CHECK (length(beneficiary_name) <= 40),
    relation         TEXT NOT NULL CHECK (length(relation) <= 16 AND relation IN ('self', 'parent', 'spouse', 'child', 'grandparent', 'grandchild', 'sibling', 'neighbour', 'other')),
    birth_date       TEXT CHECK (length(birth_date) <= 10),
    groups_of        TEXT NOT NULL CHECK (length(groups_of) <= 100),
    guardian         INTEGER NOT NULL,
    consent          TEXT NOT NULL CHECK (length(consent) <= 100),
    health_by        TEXT NOT NULL CHECK (length(health_by) <= 16 AND health_by IN ('', 'self', 'guardian')),
    health_way       TEXT NOT NULL CHECK (length(health_way) <= 16 AND health_way IN ('', 'phone', 'in_person')),
    state            TEXT NOT NULL CHECK (length(state) <= 16 AND state IN ('draft', 'submitted', 'returned', 'approved', 'rejected', 'assigned', 'scheduled', 'in_service', 'completed', 'closed', 'cancelled', 'referred')),
    is_open          INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    way              TEXT NOT NULL CHECK (length(way) <= 16 AND way IN ('home', 'station', 'phone', 'video')),
    urgency          TEXT NOT NULL CHECK (length(urgency) <= 16 AND urgency IN ('normal', 'soon', 'urgent')),
    urgency_rank     INTEGER NOT NULL,
    sealed           BLOB NOT NULL,
    wanted_provider  INTEGER,
    wanted_starts_at INTEGER,
    reason           TEXT NOT NULL CHECK (length(reason) <= 200),
    worker_id        INTEGER,
    supervisor_id    INTEGER,
    accepted_at      INTEGER,
    shift_id         INTEGER,
    referred_to      INTEGER,
    submitted_at     INTEGER,
    respond_by       INTEGER,
    responded_at     INTEGER,
    state_since      INTEGER NOT NULL,
    turns            INTEGER NOT NULL,
    rating           INTEGER CHECK (rating BETWEEN 1 AND 5),
    rating_comment   TEXT NOT NULL CHECK (length(rating_comment) <= 300),
    rated_at         INTEGER,
    follow_up        INTEGER,
    emptied          INTEGER NOT NULL CHECK (emptied BETWEEN 0 AND 2),
    created_at       INTEGER NOT NULL,
    CHECK (person_id IS NOT NULL OR filed_by IS NOT NULL),
    CHECK ((state IN ('rejected', 'closed', 'cancelled')) = (is_open = 0))
) STRICT;
CREATE UNIQUE INDEX uq_requests_number ON requests (number);
CREATE INDEX ix_requests_queue ON requests (state, unit_id, urgency_rank, submitted_at, id);
CREATE INDEX ix_requests_unit ON requests (unit_id, id);
CREATE INDEX ix_requests_person ON requests (person_id, is_open, id);
CREATE INDEX ix_requests_worker ON requests (worker_id, is_open, id);
CREATE INDEX ix_requests_referred ON requests (referred_to, id);
CREATE INDEX ix_requests_follow_up ON requests (follow_up, unit_id, id);
CREATE INDEX ix_requests_shift ON requests (shift_id);
CREATE INDEX ix_requests_emptied ON requests (emptied, state, state_since);
