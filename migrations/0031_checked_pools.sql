-- What 0030 checks holds for what was stored before, too. Each reads its table once and stops nobody meanwhile.

--! outside a transaction
ALTER TABLE events VALIDATE CONSTRAINT events_sales;

--! outside a transaction
ALTER TABLE events VALIDATE CONSTRAINT events_sales_edition;

--! outside a transaction
ALTER TABLE events VALIDATE CONSTRAINT events_no_idle_seat;

--! outside a transaction
ALTER TABLE commands VALIDATE CONSTRAINT commands_kind;

--! outside a transaction
-- serves the worker, which loads the head of a pool's line
CREATE INDEX CONCURRENTLY IF NOT EXISTS bookings_line_of_pool ON bookings (pool_id, seq)
  WHERE state = 'waitlisted' AND pool_id IS NOT NULL;

--! outside a transaction
-- serves the worker, which looks for the first of a pool's line whom so many free seats serve
CREATE INDEX CONCURRENTLY IF NOT EXISTS bookings_line_of_pool_by_wish ON bookings (pool_id, fits_from, seq)
  WHERE state = 'waitlisted' AND pool_id IS NOT NULL AND fits_from IS NOT NULL;
