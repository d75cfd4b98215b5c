-- What 0028 checks holds for what was stored before, too. Each reads its table once and stops nobody meanwhile.
--! outside a transaction
ALTER TABLE events VALIDATE CONSTRAINT events_visibility;
--! outside a transaction
ALTER TABLE events VALIDATE CONSTRAINT events_timezone;
--! outside a transaction
-- serves counting what discover has, from the index alone
CREATE INDEX CONCURRENTLY IF NOT EXISTS events_listed_by_end ON events (end_date_time)
  WHERE state = 'open' AND NOT over AND visibility = 'public';
