--! outside a transaction
-- serves the worker, which looks for the first of a line whom so many free seats serve
CREATE INDEX CONCURRENTLY IF NOT EXISTS bookings_line_by_wish ON bookings (event_id, fits_from, seq)
  WHERE state = 'waitlisted' AND fits_from IS NOT NULL;
--! outside a transaction
-- serves the worker, which hands out what was saved when the event begins soon
CREATE INDEX CONCURRENTLY IF NOT EXISTS events_saved ON events (start_date_time) WHERE saved;
--! outside a transaction
-- serves the worker, which ends who waits for more than there is, some at a time
CREATE INDEX CONCURRENTLY IF NOT EXISTS events_misfits ON events (id) WHERE misfits;
