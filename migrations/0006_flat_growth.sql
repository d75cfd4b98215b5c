-- What keeps answers as fast on large tables as on small ones. All of it is only added, and kept by triggers, so that
-- processes from before this migration may go on beside new ones: what they write is counted as well.

-- The line of an event in blocks of 256 places, each with the number of those who wait in it: a place in the line is the sum
-- of the blocks before it and a count within its own. A block is called by its first seq; one without anybody has no row.
CREATE FUNCTION line_block(seq bigint) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN seq & -256;

CREATE TABLE waiting_blocks (
  event_id uuid    NOT NULL CONSTRAINT waiting_blocks_event REFERENCES events (id),
  block    bigint  NOT NULL CONSTRAINT waiting_blocks_block CHECK (block = line_block(block)),
  waiting  integer NOT NULL CONSTRAINT waiting_blocks_waiting CHECK (waiting BETWEEN 1 AND 256),
  CONSTRAINT waiting_blocks_pkey PRIMARY KEY (event_id, block)  -- serves the place in the line
) WITH (fillfactor = 50);  -- the numbers change all the time: room for heap-only updates

-- Once a statement, not once a row. All bookings of an event are written under the lock of its row, so nobody else changes
-- its blocks meanwhile. The blocks are always found by their key: a plan that was made while the table was small, and that
-- the session keeps, must not read all of it later.
CREATE FUNCTION count_waiting() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO waiting_blocks AS b (event_id, block, waiting)
      SELECT event_id, line_block(seq), count(*) FROM after WHERE state = 'waitlisted' GROUP BY 1, 2
      ON CONFLICT (event_id, block) DO UPDATE SET waiting = b.waiting + excluded.waiting;
  ELSE
    MERGE INTO waiting_blocks AS b
    USING (SELECT event_id, line_block(seq) AS block, sum(n)::integer AS more
           FROM (SELECT event_id, seq, 1 AS n FROM after WHERE state = 'waitlisted'
                 UNION ALL SELECT event_id, seq, -1 FROM before WHERE state = 'waitlisted') AS change
           GROUP BY 1, 2 HAVING sum(n) <> 0) AS change
    ON b.event_id = change.event_id AND b.block = change.block
    WHEN MATCHED AND b.waiting + change.more = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET waiting = b.waiting + change.more
    WHEN NOT MATCHED THEN INSERT (event_id, block, waiting) VALUES (change.event_id, change.block, change.more);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER bookings_added AFTER INSERT ON bookings
  REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_waiting();
CREATE TRIGGER bookings_changed AFTER UPDATE ON bookings
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_waiting();

INSERT INTO waiting_blocks (event_id, block, waiting)
  SELECT event_id, line_block(seq), count(*) FROM bookings WHERE state = 'waitlisted' GROUP BY 1, 2;

GRANT SELECT ON waiting_blocks TO ticketd_api;  -- the trigger writes it with its owner's rights

-- Whether an event is over is a matter of the clock, which no index can know. The worker that cleans marks those that are,
-- within a minute; lists of what is not over yet begin behind them, and leave out by the clock what is not marked yet.
ALTER TABLE events ADD COLUMN over boolean NOT NULL DEFAULT false;

CREATE FUNCTION event_not_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.over := false;  -- if the new end is in the past, it is marked again
  RETURN NEW;
END $$;

CREATE TRIGGER events_moved BEFORE UPDATE OF end_date_time ON events
  FOR EACH ROW WHEN (OLD.over AND NEW.end_date_time > OLD.end_date_time) EXECUTE FUNCTION event_not_over();

-- serves discover of what is not over yet, ordered by start
CREATE INDEX events_upcoming_by_start ON events (start_date_time, id) WHERE state = 'open' AND NOT over;
-- serves the same ordered by creation
CREATE INDEX events_upcoming_by_creation ON events (created_at, id) WHERE state = 'open' AND NOT over;
-- serves discover of what is not over yet by words
CREATE INDEX events_upcoming_words ON events USING gin (to_tsvector('simple', translate(title || ' ' || location || ' ' || description, '/.-@', '    ')))
  WHERE state = 'open' AND NOT over;
-- serves marking those that are over, and counting those that are not without reading the table
CREATE INDEX events_upcoming_by_end ON events (end_date_time) WHERE state = 'open' AND NOT over;
