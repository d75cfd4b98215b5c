-- serves whose people are to be forgotten, the oldest first
--! outside a transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS events_to_forget ON events (end_date_time, id) WHERE NOT forgotten;
