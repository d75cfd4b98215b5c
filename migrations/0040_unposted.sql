-- serves what ticketd-webhooks has not seen yet, in the order in which it happened
--! outside a transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS notifications_unposted ON notifications (id) WHERE unposted;
