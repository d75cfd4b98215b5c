-- Who finds an event, and the time zone in which it takes place. What was there before is for everybody, and has none.
-- Earlier releases go on beside this one: what they make is for everybody; and while they last, their discover lists what
-- is unlisted, too.
ALTER TABLE events
  ADD COLUMN visibility text NOT NULL DEFAULT 'public',  -- unlisted: found by whoever has its link
  ADD COLUMN timezone   text,                            -- an IANA name; null: its owner said none
  ADD CONSTRAINT events_visibility CHECK (visibility IN ('public', 'unlisted')) NOT VALID,
  ADD CONSTRAINT events_timezone CHECK (length(timezone) BETWEEN 1 AND 64) NOT VALID;

GRANT INSERT (visibility, timezone), UPDATE (visibility, timezone) ON events TO ticketd_api;

-- What is unlisted takes nobody's turn (0018_turns.sql), and stands where discover looks last.
CREATE OR REPLACE FUNCTION give_event_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.visibility <> 'public' THEN
    NEW.turn := 39;
    RETURN NEW;
  END IF;
  NEW.turn := event_turn((SELECT count(*) FROM (SELECT FROM events WHERE user_id = NEW.user_id AND state = 'open' AND NOT over
                                                  AND visibility = 'public' LIMIT 100) AS of_owner),
                         NEW.start_date_time, NEW.updated_at);
  RETURN NEW;
END $$;

CREATE TRIGGER events_turns_due_visibility AFTER UPDATE OF visibility ON events FOR EACH ROW
  WHEN (OLD.visibility <> NEW.visibility) EXECUTE FUNCTION make_turns_due();
