--! outside a transaction
-- serves an owner's deleted events (GET /v1/events/my-events?state=)
CREATE INDEX CONCURRENTLY IF NOT EXISTS events_deleted_of_owner
  ON events (user_id, created_at, id) WHERE state <> 'open';
