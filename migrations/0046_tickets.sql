-- Tickets of bookings, and what becomes of them at the door. A ticket is computed: a booking has the lowest numbers from 1 that were
-- not given back. A row says what happened to one.

ALTER TABLE bookings
  ADD COLUMN given_back smallint[],  -- numbers of tickets below the highest that it has; null: none
  ADD CONSTRAINT bookings_given_back CHECK (cardinality(given_back) BETWEEN 1 AND 99) NOT VALID;

-- Is there a ticket of that number? As domain/ticket_numbers.h.
CREATE FUNCTION has_ticket(number integer, quantity smallint, given_back smallint[]) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
  SELECT number >= 1 AND number <> ALL (coalesce(given_back, '{}'))
    AND number <= quantity + (SELECT count(*) FROM unnest(given_back) AS gone (number) WHERE gone.number < has_ticket.number)
$$;

-- What an event needs at its door. Made when somebody asks for a ticket of it, or its organiser says how it is to be.
CREATE TABLE doors (
  event_id      uuid        CONSTRAINT doors_pkey PRIMARY KEY CONSTRAINT doors_event REFERENCES events (id) ON DELETE CASCADE,
  -- What the codes of its tickets are made with. Whoever has it makes codes; without it nobody does, also with all the rest.
  ticket_key    bytea       NOT NULL CONSTRAINT doors_ticket_key CHECK (length(ticket_key) = 32),
  reentry       text        NOT NULL DEFAULT 'none' CONSTRAINT doors_reentry CHECK (reentry IN ('none', 'after_exit', 'free')),
  opens_minutes integer     NOT NULL DEFAULT 240 CONSTRAINT doors_opens_minutes CHECK (opens_minutes BETWEEN 0 AND 10080),  -- before the start
  created_at    timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE (reentry, opens_minutes) ON doors TO ticketd_api;

CREATE TABLE tickets (
  booking_id  uuid     NOT NULL CONSTRAINT tickets_booking REFERENCES bookings (id) ON DELETE CASCADE,
  number      smallint NOT NULL CONSTRAINT tickets_number CHECK (number BETWEEN 1 AND 100),
  generation  smallint NOT NULL DEFAULT 0 CONSTRAINT tickets_generation CHECK (generation BETWEEN 0 AND 255),  -- of its code
  holder_name text     CONSTRAINT tickets_holder_name CHECK (length(holder_name) BETWEEN 1 AND 100),
  admitted_at timestamptz,  -- when the holder was let in; null: not yet
  admission   uuid,         -- the check-in that did it
  is_outside  boolean  NOT NULL DEFAULT false,  -- was let in, and went out again
  CONSTRAINT tickets_pkey PRIMARY KEY (booking_id, number),
  CONSTRAINT tickets_admission CHECK ((admitted_at IS NULL) = (admission IS NULL)),
  CONSTRAINT tickets_outside CHECK (NOT is_outside OR admitted_at IS NOT NULL)
);
GRANT SELECT, INSERT (booking_id, number, holder_name), UPDATE (holder_name) ON tickets TO ticketd_api;
GRANT SELECT ON tickets TO ticketd_worker;

-- One row for each scan that was answered, whatever the answer.
CREATE TABLE checkins (
  id         uuid        CONSTRAINT checkins_pkey PRIMARY KEY,
  event_id   uuid        NOT NULL CONSTRAINT checkins_event REFERENCES events (id) ON DELETE CASCADE,
  booking_id uuid        CONSTRAINT checkins_booking REFERENCES bookings (id) ON DELETE CASCADE,  -- null: no ticket of this event
  number     smallint,
  result     text        NOT NULL CONSTRAINT checkins_result CHECK (result IN ('admitted', 'readmitted', 'left', 'already_in', 'not_in',
    'revoked', 'cancelled', 'waiting', 'held', 'too_early', 'conflict', 'wrong_event', 'unknown')),
  because    text        CONSTRAINT checkins_because CHECK (because IN ('already_in', 'revoked', 'cancelled', 'waiting', 'held', 'too_early')),
  gate       text        CONSTRAINT checkins_gate CHECK (length(gate) BETWEEN 1 AND 50),
  device     text        CONSTRAINT checkins_device CHECK (length(device) BETWEEN 1 AND 50),
  user_id    uuid        NOT NULL CONSTRAINT checkins_user REFERENCES users (id),  -- who scanned it
  nonce      text        NOT NULL CONSTRAINT checkins_nonce_length CHECK (length(nonce) BETWEEN 8 AND 64),
  scanned_at timestamptz NOT NULL,  -- by the clock of this host, as far as a device's told it
  created_at timestamptz NOT NULL,
  is_guess   boolean     NOT NULL DEFAULT false,  -- it had the form of a code, and nobody made it
  undone_at  timestamptz,
  undone_by  uuid,
  CONSTRAINT checkins_of_ticket CHECK ((booking_id IS NULL) = (number IS NULL) AND (booking_id IS NULL) = (result IN ('wrong_event', 'unknown'))),
  CONSTRAINT checkins_conflict CHECK ((because IS NOT NULL) = (result = 'conflict')),
  CONSTRAINT checkins_undone CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
-- a scan that is sent again is answered as the first time
CREATE UNIQUE INDEX checkins_nonce ON checkins (event_id, nonce);
-- serves the list of an event's
CREATE INDEX checkins_of_event ON checkins (event_id, created_at DESC, id DESC);
CREATE INDEX checkins_of_result ON checkins (event_id, result, created_at DESC, id DESC);
-- a ticket lets in once; serves deleting bookings
CREATE UNIQUE INDEX checkins_admission ON checkins (booking_id, number) WHERE result = 'admitted' AND undone_at IS NULL;
CREATE INDEX checkins_of_booking ON checkins (booking_id) WHERE booking_id IS NOT NULL;
-- serves an export
CREATE INDEX checkins_of_user ON checkins (user_id, created_at DESC);
-- serves counting who guesses codes
CREATE INDEX checkins_guesses ON checkins (user_id, created_at) WHERE is_guess;
GRANT SELECT ON checkins TO ticketd_api;

-- The same with what is worth knowing at the door: whose ticket it is, and when and where somebody was let in with it first.
CREATE VIEW checkins_at_door AS
  SELECT c.id, c.event_id, c.booking_id, c.number, c.result, c.because, c.gate, c.device, c.user_id, c.scanned_at, c.created_at, c.undone_at,
    coalesce(t.holder_name, u.name) AS holder_name, y.name AS type_name, t.admitted_at, a.gate AS admitted_gate
  FROM checkins c LEFT JOIN bookings b ON b.id = c.booking_id LEFT JOIN users u ON u.id = b.user_id
    LEFT JOIN ticket_types y ON y.id = b.ticket_type_id
    LEFT JOIN tickets t ON t.booking_id = c.booking_id AND t.number = c.number LEFT JOIN checkins a ON a.id = t.admission;
GRANT SELECT ON checkins_at_door TO ticketd_api;

-- Does an event have a ticket that let somebody in? Such a ticket is not given back: a worker that looks has locked the event, and
-- the first one to be let in waits for it. A worker of an earlier release, which does not look, is refused.
ALTER TABLE events ADD COLUMN admits boolean NOT NULL DEFAULT false;

CREATE OR REPLACE FUNCTION refuse_older_editions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF greatest(OLD.edition, CASE WHEN OLD.admits THEN 5 ELSE 1 END) > coalesce(nullif(current_setting('ticketd.edition', true), ''), '1')::integer THEN
    RAISE EXCEPTION 'event % needs a newer ticketd-worker', OLD.id USING ERRCODE = 'cannot_connect_now';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER events_edition_of_door BEFORE UPDATE OF state, total_tickets, available_tickets, waiting_list_count, next_seq ON events
  FOR EACH ROW WHEN (OLD.admits) EXECUTE FUNCTION refuse_older_editions();

-- What a booking's state is called at a time; null: there is none. As CURRENT_STATE in storage/live.h.
CREATE FUNCTION state_of_booking(of_booking uuid, at timestamptz) RETURNS text
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT CASE
    WHEN b.state NOT IN ('confirmed', 'waitlisted') OR e.state = 'cancelled' THEN 'cancelled'
    WHEN b.state = 'confirmed' AND b.held_until IS NULL THEN 'confirmed'
    WHEN b.state = 'confirmed' THEN CASE WHEN least(b.held_until, e.start_date_time) <= at THEN 'cancelled' ELSE 'held' END
    WHEN b.seq < e.line_closed_before
      OR CASE WHEN e.line_closes = 'start' OR e.offer_minutes > 0 THEN e.start_date_time ELSE e.end_date_time END <= at THEN 'cancelled'
    ELSE 'waiting' END
  FROM bookings b JOIN events e ON e.id = b.event_id WHERE b.id = of_booking
$$;

-- Did whoever was admitted with the ticket go out last, as far as scans tell? By when they were scanned, however late they are known.
CREATE FUNCTION went_out(of_booking uuid, of_number integer) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT coalesce((SELECT c.result = 'left' FROM checkins c JOIN tickets t ON t.booking_id = c.booking_id AND t.number = c.number
    WHERE c.booking_id = of_booking AND c.number = of_number AND c.result IN ('left', 'readmitted') AND c.undone_at IS NULL
      AND c.scanned_at >= t.admitted_at
    ORDER BY c.scanned_at DESC, c.created_at DESC, c.id DESC LIMIT 1), false)
$$;

-- Carries out one scan, and gives back its id, or that of the first one with this nonce; null: that was of another ticket. Locks
-- the booking, so that two gates and whoever cancels come one after the other. `seen`: 'ticket', or why it is none: 'unknown',
-- 'guess' or 'wrong_event'. `goes`: 'in' or 'out'. `late`: a device let that person in while it had no connection; the earliest of
-- a ticket's admissions counts, the others are conflicts.
CREATE FUNCTION check_in(scan uuid, at_event uuid, seen text, of_booking uuid, of_number integer, of_generation integer, goes text,
                         late boolean, scanned timestamptz, at timestamptz, at_gate text, by_device text, by_user uuid, with_nonce text)
  RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  said text := CASE seen WHEN 'guess' THEN 'unknown' ELSE seen END;
  reason text;
  before checkins;
  booking bookings;
  ticket tickets;
  door doors;
  opens_at timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('checkins ' || at_event || with_nonce, 0));
  SELECT * INTO before FROM checkins WHERE event_id = at_event AND nonce = with_nonce;
  IF FOUND THEN
    RETURN CASE WHEN before.booking_id IS NOT DISTINCT FROM of_booking AND (of_booking IS NULL OR before.number = of_number)
      THEN before.id END;
  END IF;
  IF seen = 'ticket' THEN
    UPDATE events SET admits = true WHERE id = at_event AND NOT admits;
    SELECT * INTO door FROM doors WHERE event_id = at_event;
    SELECT start_date_time - door.opens_minutes * interval '1 minute' INTO opens_at FROM events WHERE id = at_event;
    SELECT * INTO booking FROM bookings WHERE id = of_booking AND event_id = at_event FOR NO KEY UPDATE;
    SELECT * INTO ticket FROM tickets WHERE booking_id = of_booking AND number = of_number;
    said := CASE
      WHEN booking.id IS NULL THEN 'unknown'
      WHEN state_of_booking(of_booking, at) <> 'confirmed' THEN state_of_booking(of_booking, at)
      WHEN NOT has_ticket(of_number, booking.quantity, booking.given_back) THEN 'cancelled'
      WHEN of_generation <> coalesce(ticket.generation, 0) THEN 'revoked'
      WHEN goes = 'out' THEN CASE WHEN ticket.admitted_at IS NULL OR ticket.is_outside THEN 'not_in' ELSE 'left' END
      WHEN scanned < opens_at THEN 'too_early'
      WHEN ticket.admitted_at IS NULL THEN 'admitted'
      WHEN late AND scanned < ticket.admitted_at THEN 'admitted'
      WHEN door.reentry = 'free' OR (door.reentry = 'after_exit' AND ticket.is_outside) THEN 'readmitted'
      ELSE 'already_in' END;
    IF late AND said IN ('already_in', 'revoked', 'cancelled', 'waiting', 'held', 'too_early') THEN
      reason := said;
      said := 'conflict';
    END IF;
    IF said = 'admitted' THEN
      UPDATE checkins SET result = CASE door.reentry WHEN 'free' THEN 'readmitted' ELSE 'conflict' END,
        because = CASE door.reentry WHEN 'free' THEN NULL ELSE 'already_in' END WHERE id = ticket.admission;
      INSERT INTO tickets AS t (booking_id, number, admitted_at, admission) VALUES (of_booking, of_number, scanned, scan)
        ON CONFLICT (booking_id, number) DO UPDATE SET admitted_at = scanned, admission = scan;
    END IF;
  END IF;
  INSERT INTO checkins (id, event_id, booking_id, number, result, because, gate, device, user_id, nonce, scanned_at, created_at, is_guess)
    VALUES (scan, at_event, CASE WHEN said NOT IN ('unknown', 'wrong_event') THEN of_booking END,
            CASE WHEN said NOT IN ('unknown', 'wrong_event') THEN of_number END, said, reason, at_gate, by_device, by_user, with_nonce, scanned, at, seen = 'guess');
  UPDATE tickets SET is_outside = went_out(of_booking, of_number)
  WHERE said IN ('left', 'readmitted') AND booking_id = of_booking AND number = of_number;
  RETURN scan;
END $$;

-- Takes a check-in back, once, and gives back its id; null: the event has none like it. Whoever was let in by it is not in, unless
-- the ticket was let in by another scan meanwhile: then the earliest of these counts. Who went out by it is in.
CREATE FUNCTION undo_check_in(scan uuid, at_event uuid, by_user uuid, at timestamptz)
  RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  made checkins;
  other checkins;
BEGIN
  PERFORM FROM bookings WHERE id = (SELECT booking_id FROM checkins WHERE id = scan AND event_id = at_event) FOR NO KEY UPDATE;
  UPDATE checkins SET undone_at = at, undone_by = by_user WHERE id = scan AND event_id = at_event AND undone_at IS NULL RETURNING * INTO made;
  IF made.result = 'admitted' THEN
    SELECT * INTO other FROM checkins WHERE booking_id = made.booking_id AND number = made.number AND undone_at IS NULL
      AND (result = 'conflict' AND because = 'already_in' OR result = 'readmitted') ORDER BY scanned_at, id LIMIT 1;
    UPDATE checkins SET result = 'admitted', because = NULL WHERE id = other.id;
    UPDATE tickets SET admitted_at = other.scanned_at, admission = other.id, is_outside = false WHERE admission = scan;
  END IF;
  UPDATE tickets SET is_outside = went_out(made.booking_id, made.number)
  WHERE booking_id = made.booking_id AND number = made.number AND admitted_at IS NOT NULL;
  RETURN (SELECT id FROM checkins WHERE id = scan AND event_id = at_event);
END $$;

-- The ticket's code is another one from now on, and the one before lets nobody in: gives back its generation. Null: `of_user` has no
-- such ticket, somebody was let in with it, or it had 255 others.
CREATE FUNCTION reissue_ticket(of_booking uuid, of_number integer, of_user uuid, at timestamptz)
  RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  booking bookings;
  now_it_is integer;
BEGIN
  SELECT * INTO booking FROM bookings WHERE id = of_booking AND user_id = of_user FOR NO KEY UPDATE;
  IF booking.id IS NULL OR state_of_booking(of_booking, at) <> 'confirmed' OR NOT has_ticket(of_number, booking.quantity, booking.given_back) THEN
    RETURN NULL;
  END IF;
  INSERT INTO tickets AS t (booking_id, number, generation) VALUES (of_booking, of_number, 1)
    ON CONFLICT (booking_id, number) DO UPDATE SET generation = t.generation + 1 WHERE t.admitted_at IS NULL AND t.generation < 255
    RETURNING generation INTO now_it_is;
  RETURN now_it_is;
END $$;

REVOKE EXECUTE ON FUNCTION check_in(uuid, uuid, text, uuid, integer, integer, text, boolean, timestamptz, timestamptz, text, text, uuid, text),
  undo_check_in(uuid, uuid, uuid, timestamptz), reissue_ticket(uuid, integer, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION check_in(uuid, uuid, text, uuid, integer, integer, text, boolean, timestamptz, timestamptz, text, text, uuid, text),
  undo_check_in(uuid, uuid, uuid, timestamptz), reissue_ticket(uuid, integer, uuid, timestamptz) TO ticketd_api;

-- As in 0044; whom the account named on its tickets goes, too.
CREATE OR REPLACE FUNCTION erase_account(who uuid, at timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE account_mails SET address = erased_address(address), user_id = NULL, state = 'nobody', due_at = NULL, error = NULL,
    token_hashes = '{}', used_at = coalesce(used_at, at), updated_at = at
  WHERE id IN (
    SELECT id FROM account_mails WHERE user_id = who
    UNION SELECT id FROM account_mails WHERE user_id IS NULL AND lower(address) IN (
      SELECT unnest(ARRAY[lower(email), lower(normalize(email, NFC))]) FROM users WHERE id = who
      UNION SELECT lower(address) FROM account_mails WHERE user_id = who AND kind = 'email_changed'));
  DELETE FROM mails WHERE user_id = who;
  DELETE FROM webhooks WHERE user_id = who;
  DELETE FROM idempotency_keys WHERE user_id = who;
  DELETE FROM notifications WHERE user_id = who AND kind = 'webhook_off';  -- it names a host of theirs
  DELETE FROM announcements WHERE event_id = ANY (ARRAY(
    SELECT id FROM events WHERE user_id = who AND state = 'open' UNION ALL SELECT id FROM events WHERE user_id = who AND state <> 'open'));
  UPDATE tickets SET holder_name = NULL WHERE holder_name IS NOT NULL AND booking_id = ANY (ARRAY(SELECT id FROM bookings WHERE user_id = who));
  UPDATE users SET email = 'deleted-' || gen_random_uuid() || '@deleted.invalid', name = NULL, email_verified_at = NULL,
    calendar_id = NULL, password_hash = '', role = 'user', language = NULL, unmailed = '{}', updated_at = at WHERE id = who;
  INSERT INTO erasures SELECT who, asked, asked FROM (SELECT least(at, clock_timestamp()) AS asked) AS now
    ON CONFLICT (user_id) DO UPDATE SET requested_at = excluded.requested_at, due_at = excluded.due_at;
$$;
