-- Discover shows what everybody offers in turns, so that no page is one owner's. A turn has at most five events of each
-- owner: of those that are not over, the five that begin first are in turn 0, the next five in turn 1, and so on; from the
-- 96th on all are in turn 19. What began more than a day ago and goes on is in turns of its own, 20 to 39: behind all that
-- begins. Within a turn the start decides.
--
-- Time changes turns: an event is over, and those behind it move up. The worker that cleans gives new turns to the owners
-- that are due. Until then, a minute at most, an event has one that is too late rather than too early.
ALTER TABLE events
  ADD COLUMN turn smallint NOT NULL DEFAULT 0,
  ADD CONSTRAINT events_turn CHECK (turn BETWEEN 0 AND 39) NOT VALID;

-- `before`: how many of the owner's are before it, in the same half of the turns.
CREATE FUNCTION event_turn(before bigint, starts_at timestamptz, at timestamptz) RETURNS smallint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (least(before / 5, 19) + CASE WHEN at - starts_at > interval '24 hours' THEN 20 ELSE 0 END)::smallint;

-- Behind all that the owner has: so a turn never has more of his, in whatever order they come.
CREATE FUNCTION give_event_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.turn := event_turn((SELECT count(*) FROM (SELECT FROM events WHERE user_id = NEW.user_id AND state = 'open' AND NOT over
                                                LIMIT 100) AS of_owner), NEW.start_date_time, NEW.updated_at);
  RETURN NEW;
END $$;

CREATE TRIGGER events_turn_new BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION give_event_turn();

CREATE OR REPLACE FUNCTION event_not_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.over := false;  -- if the new end is in the past, it is marked again
  NEW.turn := 19;     -- the turn that it had in its time is others' by now
  RETURN NEW;
END $$;

-- Whose turns are due. Without a key: nobody who adds a row waits for another one who adds the same.
CREATE TABLE turns_due (user_id uuid NOT NULL);
-- serves taking all rows of an owner at once
CREATE INDEX turns_due_of_owner ON turns_due (user_id);

CREATE FUNCTION make_turns_due() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  INSERT INTO turns_due VALUES (NEW.user_id);
  RETURN NULL;
END $$;

CREATE TRIGGER events_turns_due_new AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION make_turns_due();
-- OF end_date_time: see events_words_over
CREATE TRIGGER events_turns_due AFTER UPDATE OF state, over, start_date_time, end_date_time ON events FOR EACH ROW
  WHEN (OLD.state <> NEW.state OR OLD.over <> NEW.over OR OLD.start_date_time <> NEW.start_date_time)
  EXECUTE FUNCTION make_turns_due();

GRANT SELECT, INSERT, UPDATE, DELETE ON turns_due TO ticketd_worker;  -- UPDATE: for FOR UPDATE
