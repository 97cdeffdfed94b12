-- +goose Up
CREATE TABLE activity_timeline (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    subject    TEXT NOT NULL CHECK (length(subject) <= 16 AND subject IN ('activity', 'shift', 'signup')),
    subject_id INTEGER NOT NULL,
    action     TEXT NOT NULL CHECK (length(action) <= 20),
    from_state TEXT NOT NULL CHECK (length(from_state) <= 16),
    to_state   TEXT NOT NULL CHECK (length(to_state) <= 16),
    actor_id   INTEGER NOT NULL,
    reason     TEXT NOT NULL CHECK (length(reason) <= 200),
    at         INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_activity_timeline ON activity_timeline (subject, subject_id, id);
