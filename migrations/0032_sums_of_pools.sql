-- What the pools of an event hold back and save stands in the event's row, too, as their seats and lines do: whoever reads
-- an event looks at no pool. Of an event without pools of its own both are 0.
ALTER TABLE events
  ADD COLUMN held_back     integer NOT NULL DEFAULT 0,  -- seats that are the organiser's own
  ADD COLUMN saved_tickets integer NOT NULL DEFAULT 0;  -- free seats of those pools that save them for the first in line
GRANT INSERT (held_back) ON events TO ticketd_api;  -- of a new event
