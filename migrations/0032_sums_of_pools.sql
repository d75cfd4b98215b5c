-- What the pools of an event hold back and save stands in the event's row, too, as their seats and lines do: whoever reads
-- an event looks at no pool. Of an event without pools of its own both are 0.
ALTER TABLE events
  ADD COLUMN held_back     integer NOT NULL DEFAULT 0,  -- seats that are the organiser's own
  ADD COLUMN saved_tickets integer NOT NULL DEFAULT 0;  -- free seats of those pools that save them for the first in line
GRANT INSERT (held_back) ON events TO ticketd_api;  -- of a new event

UPDATE events SET held_back = sums.held_back, saved_tickets = sums.saved_tickets
  FROM (SELECT event_id, sum(held_back) AS held_back, coalesce(sum(available) FILTER (WHERE saved), 0) AS saved_tickets
        FROM seat_pools GROUP BY event_id) AS sums
  WHERE events.id = sums.event_id;
