--! outside a transaction
-- serves the worker, which looks for held seats that were not confirmed in time
CREATE INDEX CONCURRENTLY IF NOT EXISTS bookings_deadlines ON bookings (held_until)
  WHERE held_until IS NOT NULL AND state = 'confirmed';
--! outside a transaction
-- serves the worker, which loads them; and finds those of an event that has begun
CREATE INDEX CONCURRENTLY IF NOT EXISTS bookings_deadlines_of_event ON bookings (event_id, held_until)
  WHERE held_until IS NOT NULL AND state = 'confirmed';
--! outside a transaction
-- serves the worker, which ends what is held, and closes lines, when an event begins
CREATE INDEX CONCURRENTLY IF NOT EXISTS events_begun ON events (start_date_time)
  WHERE state = 'open' AND NOT over AND edition > 2;
