-- What 0044 checks holds for what was stored before, too. Each reads its table once and stops nobody meanwhile.

--! outside a transaction
ALTER TABLE notifications VALIDATE CONSTRAINT notifications_kind;

--! outside a transaction
ALTER TABLE users VALIDATE CONSTRAINT users_language;

--! outside a transaction
ALTER TABLE users VALIDATE CONSTRAINT users_unmailed;

--! outside a transaction
-- serves whose turn it is of those that go before the many that are told the same
CREATE INDEX CONCURRENTLY IF NOT EXISTS mails_urgent ON mails (due_at, id) WHERE state = 'waiting' AND NOT is_bulk;
