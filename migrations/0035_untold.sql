-- serves what nobody was told yet, in the order in which it happened
--! outside a transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS notifications_untold ON notifications (id) WHERE untold;
