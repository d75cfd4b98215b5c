--! outside a transaction
-- serves the worker, which looks for the next event to grow
CREATE INDEX CONCURRENTLY IF NOT EXISTS events_growing ON events (id) WHERE growing_to IS NOT NULL;
--! outside a transaction
ALTER TABLE events VALIDATE CONSTRAINT events_growing;
