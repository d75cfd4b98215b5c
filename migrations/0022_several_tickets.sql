-- A booking has a quantity of tickets, and groups wait in the line for as many seats at once. What was there before is a
-- booking of one ticket. Everything is only added: earlier releases go on beside this one, and write bookings of one ticket.
ALTER TABLE bookings
  ADD COLUMN quantity  smallint NOT NULL DEFAULT 1,  -- tickets
  ADD COLUMN remainder text,      -- while it waits: it takes fewer, and what becomes of the rest; null: all or nothing
  ADD COLUMN fits_from smallint,  -- while it waits: the fewest free seats that serve it; null: one, for it came before all groups
  ADD CONSTRAINT bookings_quantity CHECK (quantity BETWEEN 1 AND 100) NOT VALID,
  ADD CONSTRAINT bookings_remainder CHECK (remainder IN ('keep', 'drop')) NOT VALID,
  ADD CONSTRAINT bookings_fits_from CHECK (fits_from = CASE WHEN remainder IS NULL THEN quantity ELSE 1 END) NOT VALID;

ALTER TABLE events
  -- of the rules that are needed to decide about it: 2 since it had a booking of several tickets
  ADD COLUMN edition            smallint NOT NULL DEFAULT 1,
  ADD COLUMN waiting_more       integer  NOT NULL DEFAULT 0,  -- tickets that those who wait want beyond one each
  ADD COLUMN max_per_booking    smallint NOT NULL DEFAULT 100,
  ADD COLUMN max_skips          smallint NOT NULL DEFAULT 3,  -- so many are served past somebody who waits
  ADD COLUMN saving_stops_hours integer  NOT NULL DEFAULT 24, -- before the start: from then on no seats are saved
  ADD COLUMN served_past        bigint[],                     -- seqs of who was served past somebody who still waits
  ADD COLUMN saved              boolean  NOT NULL DEFAULT false,  -- what is available is kept for the first of the line
  ADD COLUMN misfits            boolean  NOT NULL DEFAULT false,  -- some wait for more than total_tickets, and will end
  ADD CONSTRAINT events_edition CHECK (edition >= 1) NOT VALID,
  ADD CONSTRAINT events_waiting_more CHECK (waiting_more >= 0 AND (waiting_more = 0 OR waiting_list_count > 0)) NOT VALID,
  ADD CONSTRAINT events_max_per_booking CHECK (max_per_booking BETWEEN 1 AND 100) NOT VALID,
  ADD CONSTRAINT events_max_skips CHECK (max_skips BETWEEN 0 AND 100) NOT VALID,
  ADD CONSTRAINT events_saving_stops_hours CHECK (saving_stops_hours BETWEEN 0 AND 8784) NOT VALID,
  ADD CONSTRAINT events_served_past CHECK (cardinality(served_past) BETWEEN 1 AND 100) NOT VALID,
  ADD CONSTRAINT events_saved CHECK (NOT saved OR (available_tickets > 0 AND waiting_list_count > 0)) NOT VALID,
  -- Nobody can wait for more than a hundred seats, so a hundred are never free while somebody waits.
  DROP CONSTRAINT events_no_idle_seat,
  ADD CONSTRAINT events_no_idle_seat CHECK (available_tickets = 0 OR waiting_list_count = 0
                                            OR (edition > 1 AND available_tickets < 100)) NOT VALID;

GRANT INSERT (max_per_booking, max_skips, saving_stops_hours) ON events TO ticketd_api;  -- of a new event

ALTER TABLE commands
  DROP CONSTRAINT commands_kind,
  ADD CONSTRAINT commands_kind CHECK (kind IN ('book', 'cancel', 'update_event', 'delete_event', 'update_booking')) NOT VALID,
  DROP CONSTRAINT commands_outcome,
  ADD CONSTRAINT commands_outcome CHECK (outcome IN ('confirmed', 'waitlisted', 'rejected', 'cancelled', 'nothing_to_cancel',
    'updated', 'deleted', 'shrunk', 'failed')) NOT VALID;

ALTER TABLE notifications
  DROP CONSTRAINT notifications_kind,
  ADD CONSTRAINT notifications_kind CHECK (kind IN ('booked', 'waitlisted', 'promoted', 'cancelled', 'nothing_to_cancel',
    'rejected', 'event_updated', 'event_deleted', 'event_moved', 'line_closed', 'booking_changed', 'never_fits', 'failed')) NOT VALID;

-- A worker that knows older rules would miscount such an event, or get somebody past the line. It is refused as if the
-- database were away: it leaves the command in the queue, for a newer worker. A session says what it knows by the setting
-- ticketd.edition.
CREATE FUNCTION refuse_older_editions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.edition > coalesce(nullif(current_setting('ticketd.edition', true), ''), '1')::integer THEN
    RAISE EXCEPTION 'event % needs a newer ticketd-worker', OLD.id USING ERRCODE = 'cannot_connect_now';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER events_edition BEFORE UPDATE OF state, total_tickets, available_tickets, waiting_list_count, next_seq ON events
  FOR EACH ROW WHEN (OLD.edition > 1) EXECUTE FUNCTION refuse_older_editions();

-- The blocks of a line count tickets, too.
ALTER TABLE waiting_blocks
  ADD COLUMN more integer NOT NULL DEFAULT 0,  -- tickets that those who wait in it want beyond one each
  ADD CONSTRAINT waiting_blocks_more CHECK (more >= 0) NOT VALID;

CREATE OR REPLACE FUNCTION count_waiting() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO waiting_blocks AS b (event_id, block, waiting, more)
      SELECT event_id, line_block(seq), count(*), sum(quantity - 1) FROM after WHERE state = 'waitlisted' GROUP BY 1, 2
      ON CONFLICT (event_id, block) DO UPDATE SET waiting = b.waiting + excluded.waiting, more = b.more + excluded.more;
  ELSE
    MERGE INTO waiting_blocks AS b
    USING (SELECT event_id, line_block(seq) AS block, sum(n)::integer AS entries, sum(tickets)::integer AS tickets
           FROM (SELECT event_id, seq, 1 AS n, quantity - 1 AS tickets FROM after WHERE state = 'waitlisted'
                 UNION ALL SELECT event_id, seq, -1, 1 - quantity FROM before WHERE state = 'waitlisted') AS change
           GROUP BY 1, 2 HAVING sum(n) <> 0 OR sum(tickets) <> 0) AS change
    ON b.event_id = change.event_id AND b.block = change.block
    WHEN MATCHED AND b.waiting + change.entries = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET waiting = b.waiting + change.entries, more = b.more + change.tickets
    WHEN NOT MATCHED THEN INSERT (event_id, block, waiting, more)
      VALUES (change.event_id, change.block, change.entries, change.tickets);
  END IF;
  RETURN NULL;
END $$;
