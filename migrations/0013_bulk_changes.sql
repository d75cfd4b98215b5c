-- The life of an event: its end closes the waiting list, a new date is told to its people, and what happens to many
-- bookings at once is decided at once and carried out in pieces. The checks that became wider are checked against what is
-- stored in the next migration, under a lock that stops nobody.

-- What a decision means for many bookings of an event. The decision has one row here; the worker that owns the event's
-- shard goes through the bookings by their seq, some at a time between other commands, and reads treat the rest as done.
CREATE TABLE bulk_changes (
  event_id   uuid        NOT NULL CONSTRAINT bulk_changes_event REFERENCES events (id),
  kind       text        NOT NULL CONSTRAINT bulk_changes_kind CHECK (kind IN ('cancel_all', 'close_line', 'tell_moved')),
  after_seq  bigint      NOT NULL DEFAULT 0,   -- done up to this one
  until_seq  bigint      NOT NULL,             -- the first that it does not concern: made after the decision
  told       boolean     NOT NULL,             -- each person concerned is notified
  decided_at timestamptz NOT NULL,
  due_at     timestamptz NOT NULL,             -- not before; a notice of a move waits a while after the last one
  done_at    timestamptz,
  CONSTRAINT bulk_changes_pkey PRIMARY KEY (event_id, kind)
);
-- serves the workers, who look for what there is to do all the time
CREATE INDEX bulk_changes_to_do ON bulk_changes (due_at) WHERE done_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON bulk_changes TO ticketd_worker;

-- Entries of the waiting list with a lower seq ended when the line closed.
ALTER TABLE events ADD COLUMN line_closed_before bigint NOT NULL DEFAULT 0;

-- removed: deleted after its end, and its bookings stay as they were.
ALTER TABLE events
  DROP CONSTRAINT events_state,
  ADD CONSTRAINT events_state CHECK (state IN ('open', 'cancelled', 'removed')) NOT VALID,
  DROP CONSTRAINT events_cancelled_is_empty,
  ADD CONSTRAINT events_cancelled_is_empty
    CHECK (state <> 'cancelled' OR (available_tickets = total_tickets AND waiting_list_count = 0)) NOT VALID;

-- A waiting entry that ended with its line is cancelled, and the reason says so.
ALTER TABLE bookings
  DROP CONSTRAINT bookings_rejected_has_reason,
  ADD CONSTRAINT bookings_rejected_has_reason
    CHECK (CASE state WHEN 'rejected' THEN reason IS NOT NULL WHEN 'cancelled' THEN true ELSE reason IS NULL END) NOT VALID;

ALTER TABLE notifications
  DROP CONSTRAINT notifications_kind,
  ADD CONSTRAINT notifications_kind CHECK (kind IN ('booked', 'waitlisted', 'promoted', 'cancelled', 'nothing_to_cancel',
    'rejected', 'event_updated', 'event_deleted', 'event_moved', 'line_closed', 'failed')) NOT VALID;
