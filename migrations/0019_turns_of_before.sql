-- The turns of the events that were there before.
--! outside a transaction
-- serves discover, turn by turn; and finding what began a day ago
CREATE INDEX CONCURRENTLY IF NOT EXISTS events_upcoming_by_turn
  ON events (turn, start_date_time, id) WHERE state = 'open' AND NOT over;
--! outside a transaction
ALTER TABLE events VALIDATE CONSTRAINT events_turn;
--! in pieces of events by id
INSERT INTO turns_due SELECT DISTINCT user_id FROM events WHERE id BETWEEN $1 AND $2 AND state = 'open' AND NOT over;
