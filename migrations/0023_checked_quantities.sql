-- What 0022 checks holds for what was stored before, too. Each reads its table once and stops nobody meanwhile.
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_quantity;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_remainder;
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_fits_from;
ALTER TABLE events VALIDATE CONSTRAINT events_edition;
ALTER TABLE events VALIDATE CONSTRAINT events_waiting_more;
ALTER TABLE events VALIDATE CONSTRAINT events_max_per_booking;
ALTER TABLE events VALIDATE CONSTRAINT events_max_skips;
ALTER TABLE events VALIDATE CONSTRAINT events_saving_stops_hours;
ALTER TABLE events VALIDATE CONSTRAINT events_served_past;
ALTER TABLE events VALIDATE CONSTRAINT events_saved;
ALTER TABLE events VALIDATE CONSTRAINT events_no_idle_seat;
ALTER TABLE commands VALIDATE CONSTRAINT commands_kind;
ALTER TABLE commands VALIDATE CONSTRAINT commands_outcome;
ALTER TABLE notifications VALIDATE CONSTRAINT notifications_kind;
ALTER TABLE waiting_blocks VALIDATE CONSTRAINT waiting_blocks_more;
