-- Seats may be held until somebody says yes. A held booking is a confirmed one with a deadline: all that counts seats
-- counts it, and earlier releases beside this one see a booking that has its seats. Everything is only added.
ALTER TABLE bookings
  -- of a confirmed one: until then, or until the event starts if that is earlier; null: nobody has to say yes (any more).
  -- Earlier releases leave it as it is when they end a booking of a deleted event: of others it says nothing.
  ADD COLUMN held_until timestamptz;

ALTER TABLE events
  ADD COLUMN hold_minutes        integer NOT NULL DEFAULT 0,  -- seats are held so long for whoever books; 0: confirmed at once
  ADD COLUMN offer_minutes       integer NOT NULL DEFAULT 0,  -- the same for those who are served from the line
  ADD COLUMN offer_stops_minutes integer NOT NULL DEFAULT 120,  -- before the start: from then on nobody is offered anything
  ADD COLUMN confirmed_by        text    NOT NULL DEFAULT 'attendee',  -- whose yes counts
  ADD COLUMN line_closes         text    NOT NULL DEFAULT 'end',  -- until when people wait; with offers until the start
  ADD CONSTRAINT events_hold_minutes CHECK (hold_minutes BETWEEN 0 AND 43200) NOT VALID,
  ADD CONSTRAINT events_offer_minutes CHECK (offer_minutes BETWEEN 0 AND 43200) NOT VALID,
  ADD CONSTRAINT events_offer_stops_minutes CHECK (offer_stops_minutes BETWEEN 0 AND 43200) NOT VALID,
  ADD CONSTRAINT events_confirmed_by CHECK (confirmed_by IN ('attendee', 'organiser')) NOT VALID,
  ADD CONSTRAINT events_line_closes CHECK (line_closes IN ('start', 'end')) NOT VALID,
  ADD CONSTRAINT events_held_edition CHECK (edition >= 3 OR (hold_minutes = 0 AND offer_minutes = 0 AND line_closes = 'end')) NOT VALID;

GRANT INSERT (edition, hold_minutes, offer_minutes, offer_stops_minutes, confirmed_by, line_closes) ON events TO ticketd_api;  -- of a new event

ALTER TABLE commands
  DROP CONSTRAINT commands_kind,
  ADD CONSTRAINT commands_kind CHECK (kind IN ('book', 'cancel', 'update_event', 'delete_event', 'update_booking', 'confirm')) NOT VALID,
  DROP CONSTRAINT commands_outcome,
  ADD CONSTRAINT commands_outcome CHECK (outcome IN ('confirmed', 'waitlisted', 'rejected', 'cancelled', 'nothing_to_cancel',
    'updated', 'deleted', 'shrunk', 'held', 'confirmed_held', 'failed')) NOT VALID;

ALTER TABLE notifications
  DROP CONSTRAINT notifications_kind,
  ADD CONSTRAINT notifications_kind CHECK (kind IN ('booked', 'waitlisted', 'promoted', 'cancelled', 'nothing_to_cancel',
    'rejected', 'event_updated', 'event_deleted', 'event_moved', 'line_closed', 'booking_changed', 'never_fits', 'held', 'offered',
    'confirmed', 'expired', 'failed')) NOT VALID;
