-- serves whose feed it is
--! outside a transaction
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS users_calendar ON users (calendar_id) WHERE calendar_id IS NOT NULL;
