-- An event may have pools of seats, each with a waiting list of its own, and ticket types, each of one pool. What was there
-- before is an event without either: one pool and one type, both called nothing and known by the event's id, whose numbers
-- stand in the event's own row. No row is rewritten, and earlier releases go on beside this one. An event with pools, types,
-- held-back seats or a sales window has edition 4: workers of earlier releases leave it to newer ones (0022), and its own
-- row has the sums of its pools.
CREATE TABLE seat_pools (
  id              uuid     CONSTRAINT seat_pools_pkey PRIMARY KEY,
  event_id        uuid     NOT NULL CONSTRAINT seat_pools_event REFERENCES events (id),
  position        smallint NOT NULL,
  name            text     CONSTRAINT seat_pools_name CHECK (length(name) BETWEEN 1 AND 100),
  capacity        integer  NOT NULL CONSTRAINT seat_pools_capacity CHECK (capacity BETWEEN 0 AND 1000000),
  growing_to      integer  CONSTRAINT seat_pools_growing CHECK (growing_to > capacity),  -- see 0020_growing_events.sql
  held_back       integer  NOT NULL DEFAULT 0,
  available       integer  NOT NULL,            -- capacity less what is held back and what is confirmed
  waiting_entries integer  NOT NULL DEFAULT 0,
  waiting_more    integer  NOT NULL DEFAULT 0,  -- tickets that they want beyond one each
  served_past     bigint[] CONSTRAINT seat_pools_served_past CHECK (cardinality(served_past) BETWEEN 1 AND 100),
  saved           boolean  NOT NULL DEFAULT false,
  misfits         boolean  NOT NULL DEFAULT false,
  -- Who waits in the event with a lower seq, and names no pool, waits in this one: they came before it had rows of its own.
  unnamed_before  bigint   NOT NULL DEFAULT 0,
  CONSTRAINT seat_pools_position CHECK (position BETWEEN 0 AND 19),
  CONSTRAINT seat_pools_never_oversold CHECK (held_back >= 0 AND available >= 0 AND available + held_back <= capacity),
  CONSTRAINT seat_pools_waiting CHECK (waiting_entries >= 0 AND waiting_more >= 0 AND (waiting_more = 0 OR waiting_entries > 0)),
  -- nobody waits for more than a hundred
  CONSTRAINT seat_pools_no_idle_seat CHECK (waiting_entries = 0 OR available < 100),
  CONSTRAINT seat_pools_saved CHECK (NOT saved OR (available > 0 AND waiting_entries > 0))
) WITH (fillfactor = 50);  -- the counters change all the time: room for heap-only updates
-- serves loading an event
CREATE INDEX seat_pools_of_event ON seat_pools (event_id);

CREATE TABLE ticket_types (
  id               uuid     CONSTRAINT ticket_types_pkey PRIMARY KEY,
  event_id         uuid     NOT NULL CONSTRAINT ticket_types_event REFERENCES events (id),
  pool_id          uuid     NOT NULL CONSTRAINT ticket_types_pool REFERENCES seat_pools (id),
  position         integer  NOT NULL,
  name             text     CONSTRAINT ticket_types_name CHECK (length(name) BETWEEN 1 AND 100),
  description      text     CONSTRAINT ticket_types_description CHECK (length(description) BETWEEN 1 AND 1000),
  price_label      text     CONSTRAINT ticket_types_price_label CHECK (length(price_label) BETWEEN 1 AND 100),
  tickets_max      integer  CONSTRAINT ticket_types_tickets_max CHECK (tickets_max BETWEEN 0 AND 1000000),  -- live ones; null: any number
  sales_start      timestamptz,
  sales_end        timestamptz,
  max_per_booking  smallint CONSTRAINT ticket_types_max_per_booking CHECK (max_per_booking BETWEEN 1 AND 100),
  visibility       text     NOT NULL DEFAULT 'public' CONSTRAINT ticket_types_visibility CHECK (visibility IN ('public', 'hidden', 'code')),
  access_code_hash text,    -- the code itself is stored nowhere
  archived         boolean  NOT NULL DEFAULT false,  -- nobody books it any more
  live_tickets     integer  NOT NULL DEFAULT 0,      -- confirmed, held or waited for
  waiting_tickets  integer  NOT NULL DEFAULT 0,      -- of these
  CONSTRAINT ticket_types_counts CHECK (waiting_tickets >= 0 AND live_tickets >= waiting_tickets),
  CONSTRAINT ticket_types_sales CHECK (sales_end > sales_start)
) WITH (fillfactor = 50);
-- serves loading an event
CREATE INDEX ticket_types_of_event ON ticket_types (event_id);

GRANT SELECT ON seat_pools, ticket_types TO ticketd_api;
GRANT INSERT (id, event_id, position, name, capacity, held_back, available) ON seat_pools TO ticketd_api;  -- of a new event
GRANT INSERT (id, event_id, pool_id, position, name, description, price_label, tickets_max, sales_start, sales_end, max_per_booking,
              visibility, access_code_hash, archived) ON ticket_types TO ticketd_api;
GRANT SELECT, INSERT, UPDATE ON seat_pools, ticket_types TO ticketd_worker;

-- No foreign keys: they would be checked for each of the many bookings that name neither. `ticketctl verify` looks.
ALTER TABLE bookings
  ADD COLUMN pool_id        uuid,  -- null: the pool that is known by the event's id
  ADD COLUMN ticket_type_id uuid;  -- the same

ALTER TABLE events
  ADD COLUMN sales_start timestamptz,
  ADD COLUMN sales_end   timestamptz,
  ADD CONSTRAINT events_sales CHECK (sales_end > sales_start) NOT VALID,
  ADD CONSTRAINT events_sales_edition CHECK (edition >= 4 OR (sales_start IS NULL AND sales_end IS NULL)) NOT VALID,
  -- One pool may have a line while another one has seats.
  DROP CONSTRAINT events_no_idle_seat,
  ADD CONSTRAINT events_no_idle_seat CHECK (available_tickets = 0 OR waiting_list_count = 0 OR edition > 3
                                            OR (edition > 1 AND available_tickets < 100)) NOT VALID;
GRANT INSERT (sales_start, sales_end) ON events TO ticketd_api;

ALTER TABLE commands
  DROP CONSTRAINT commands_kind,
  ADD CONSTRAINT commands_kind CHECK (kind IN ('book', 'cancel', 'update_event', 'delete_event', 'update_booking', 'confirm',
    'set_pool', 'set_ticket_type')) NOT VALID;

-- The blocks of a line are counted by pool. That of the first one, or of the only one, is known by the event's id.
ALTER TABLE waiting_blocks DROP CONSTRAINT waiting_blocks_event;
CREATE OR REPLACE FUNCTION count_waiting() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO waiting_blocks AS b (event_id, block, waiting, more)
      SELECT coalesce(pool_id, event_id), line_block(seq), count(*), sum(quantity - 1) FROM after WHERE state = 'waitlisted' GROUP BY 1, 2
      ON CONFLICT (event_id, block) DO UPDATE SET waiting = b.waiting + excluded.waiting, more = b.more + excluded.more;
  ELSE
    MERGE INTO waiting_blocks AS b
    USING (SELECT line, line_block(seq) AS block, sum(n)::integer AS entries, sum(tickets)::integer AS tickets
           FROM (SELECT coalesce(pool_id, event_id) AS line, seq, 1 AS n, quantity - 1 AS tickets FROM after WHERE state = 'waitlisted'
                 UNION ALL SELECT coalesce(pool_id, event_id), seq, -1, 1 - quantity FROM before WHERE state = 'waitlisted') AS change
           GROUP BY 1, 2 HAVING sum(n) <> 0 OR sum(tickets) <> 0) AS change
    ON b.event_id = change.line AND b.block = change.block
    WHEN MATCHED AND b.waiting + change.entries = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET waiting = b.waiting + change.entries, more = b.more + change.tickets
    WHEN NOT MATCHED THEN INSERT (event_id, block, waiting, more)
      VALUES (change.line, change.block, change.entries, change.tickets);
  END IF;
  RETURN NULL;
END $$;
