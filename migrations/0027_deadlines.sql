--! outside a transaction
-- serves the worker, which looks for held seats that were not confirmed in time
CREATE INDEX CONCURRENTLY IF NOT EXISTS bookings_deadlines ON bookings (held_until)
  WHERE held_until IS NOT NULL AND state = 'confirmed';
--! outside a transaction
-- serves the worker, which closes the lines of events that have begun, where they close then
CREATE INDEX CONCURRENTLY IF NOT EXISTS events_closing_early ON events (start_date_time)
  WHERE state = 'open' AND NOT over AND (line_closes = 'start' OR offer_minutes > 0);
