-- What an event's people are told at once, before it begins or by its organiser; what a notification's words are made of, so
-- that they can be said in another language; and which mails somebody wants, in which.

-- A reminder, or a message. The worker that owns the event's shard goes through the bookings by their seq, some at a time. Not
-- bulk_changes (0013): a worker of the release before would take it for news of a move.
CREATE TABLE announcements (
  id         uuid        CONSTRAINT announcements_pkey PRIMARY KEY,
  event_id   uuid        NOT NULL CONSTRAINT announcements_event REFERENCES events (id) ON DELETE CASCADE,
  kind       text        NOT NULL CONSTRAINT announcements_kind CHECK (kind IN ('reminder', 'message')),
  audience   text        NOT NULL CONSTRAINT announcements_audience CHECK (audience IN ('confirmed', 'waiting', 'all')),
  subject    text,
  body       text,
  hours_before integer   CONSTRAINT announcements_hours_before CHECK (hours_before BETWEEN 1 AND 336),  -- of a reminder; null: none
  after_seq  bigint      NOT NULL DEFAULT 0,  -- told up to this one
  until_seq  bigint,                          -- the first that it does not concern; null: whoever is there when it is begun
  told       bigint      NOT NULL DEFAULT 0 CONSTRAINT announcements_told CHECK (told >= 0),  -- people
  runs       integer     NOT NULL DEFAULT 0,  -- how often it was told to its end: a reminder is told again for another date
  told_at    timestamptz,                     -- when that was begun last
  created_at timestamptz NOT NULL,
  due_at     timestamptz,                     -- to be told, or gone on with, from then on; null: done, too late, or none
  CONSTRAINT announcements_of_kind CHECK (CASE kind WHEN 'message' THEN subject IS NOT NULL AND body IS NOT NULL AND hours_before IS NULL
    ELSE subject IS NULL AND body IS NULL END)
);
-- serves the workers, who look for what there is to do all the time
CREATE INDEX announcements_due ON announcements (due_at, id) WHERE due_at IS NOT NULL;
-- serves the list of an event's, how many messages it sent lately, and erasing and forgetting
CREATE INDEX announcements_of_event ON announcements (event_id, created_at DESC, id DESC);
-- an event has one reminder, or none
CREATE UNIQUE INDEX announcements_reminder ON announcements (event_id) WHERE kind = 'reminder';

GRANT SELECT, INSERT (id, event_id, kind, audience, subject, body, hours_before, until_seq, created_at, due_at),
  UPDATE (hours_before, after_seq, until_seq, runs, due_at) ON announcements TO ticketd_api;
GRANT SELECT, UPDATE ON announcements TO ticketd_worker;

-- When people are reminded of an event that starts then. Null: not any more, for it is too late, or they were within a day, however
-- its date was changed since.
CREATE FUNCTION reminder_due(starts_at timestamptz, hours_before integer, told_at timestamptz, at timestamptz) RETURNS timestamptz
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT due FROM (SELECT starts_at - hours_before * interval '1 hour' AS due) AS of_event
  WHERE due > at AND due >= coalesce(told_at + interval '24 hours', due)
$$;

-- The notification of one person of it, a UUID of version 8 (RFC 9562): told once, however bookings change meanwhile.
CREATE FUNCTION announced_id(announcement uuid, run integer, person uuid) RETURNS uuid
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT overlay(overlay(left(encode(sha256(uuid_send(announcement) || int4send(run) || uuid_send(person)), 'hex'), 32)
    PLACING '8' FROM 13) PLACING '8' FROM 17)::uuid
$$;

-- Whoever moves an event, of whatever release: people are reminded of the new date, unless it is too late for that. They are
-- told of the move anyway.
CREATE FUNCTION move_reminder() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE announcements SET after_seq = 0, until_seq = NULL, runs = runs + 1,
    due_at = reminder_due(NEW.start_date_time, hours_before, told_at, clock_timestamp())
  WHERE event_id = NEW.id AND kind = 'reminder';
  RETURN NULL;
END $$;
CREATE TRIGGER events_move_reminder AFTER UPDATE OF start_date_time ON events FOR EACH ROW
  WHEN (OLD.start_date_time IS DISTINCT FROM NEW.start_date_time) EXECUTE FUNCTION move_reminder();

-- lib/domain/message.h says which there are; null: of a release that knew nothing of them.
ALTER TABLE notifications
  ADD COLUMN arguments jsonb,
  DROP CONSTRAINT notifications_kind,
  ADD CONSTRAINT notifications_kind CHECK (kind IN ('booked', 'waitlisted', 'promoted', 'cancelled', 'nothing_to_cancel',
    'rejected', 'event_updated', 'event_deleted', 'event_moved', 'line_closed', 'booking_changed', 'never_fits', 'held', 'offered',
    'confirmed', 'expired', 'failed', 'webhook_off', 'reminder', 'organiser_message')) NOT VALID;

-- Two letters (ISO 639-1); null: the host's. What is not mailed, by mail_category().
ALTER TABLE users
  ADD COLUMN language text,
  ADD COLUMN unmailed text[] NOT NULL DEFAULT '{}',
  ADD CONSTRAINT users_language CHECK (language ~ '^[a-z]{2}$') NOT VALID,
  ADD CONSTRAINT users_unmailed CHECK (unmailed <@ '{bookings,reminders,messages}') NOT VALID;
GRANT UPDATE (language, unmailed) ON users TO ticketd_api;

-- What somebody may switch off; null: it always comes.
CREATE FUNCTION mail_category(kind text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
  SELECT CASE kind WHEN 'reminder' THEN 'reminders' WHEN 'organiser_message' THEN 'messages' WHEN 'webhook_off' THEN NULL
    ELSE 'bookings' END
$$;

-- A moment that is written as text; null where it is none.
CREATE FUNCTION local_time(at text, timezone text) RETURNS text
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN local_time(at::timestamptz, timezone);
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END $$;

ALTER TABLE mails
  -- BLAKE2b-256 of the token in the link that unsubscribes, one for each of the last attempts, as in account_mails.
  ADD COLUMN token_hashes bytea[] NOT NULL DEFAULT '{}',
  -- One of many that were told the same: every other goes first.
  ADD COLUMN is_bulk boolean NOT NULL DEFAULT false;
GRANT SELECT (token_hashes, is_bulk) ON mails TO ticketd_api;

-- As in 0039, with what its words are made of.
CREATE OR REPLACE FUNCTION switch_webhook_off(webhook uuid, posted_to text, why text, words text, at timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH off AS (UPDATE webhooks SET enabled = false, disabled_reason = why, updated_at = at
    WHERE id = webhook AND enabled AND url = posted_to AND (why = 'gone' OR failing_since < at - interval '5 days')
    RETURNING user_id)
  INSERT INTO notifications (id, user_id, kind, message, arguments, created_at, updated_at)
  SELECT gen_random_uuid(), user_id, 'webhook_off', words, jsonb_build_object('host', substring(posted_to FROM '://([^/?#]+)')), at, at
  FROM off
$$;

-- As in 0042; what the account chose of its mails goes, too, and what it wrote to the people of its events.
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
  UPDATE users SET email = 'deleted-' || gen_random_uuid() || '@deleted.invalid', name = NULL, email_verified_at = NULL,
    calendar_id = NULL, password_hash = '', role = 'user', language = NULL, unmailed = '{}', updated_at = at WHERE id = who;
  INSERT INTO erasures SELECT who, asked, asked FROM (SELECT least(at, clock_timestamp()) AS asked) AS now
    ON CONFLICT (user_id) DO UPDATE SET requested_at = excluded.requested_at, due_at = excluded.due_at;
$$;

CREATE OR REPLACE FUNCTION grant_to_messenger() RETURNS void
  LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF to_regrole('ticketd_messenger') IS NULL THEN
    RETURN;
  END IF;
  GRANT USAGE ON SCHEMA public TO ticketd_messenger;
  GRANT SELECT (id, role, name, email, language, unmailed) ON users TO ticketd_messenger;
  GRANT SELECT ON notifications, events, bookings, seat_pools, ticket_types, bulk_changes, waiting_blocks TO ticketd_messenger;
  GRANT UPDATE (untold) ON notifications TO ticketd_messenger;
  GRANT SELECT, INSERT, UPDATE, DELETE ON mails TO ticketd_messenger;
  GRANT SELECT, DELETE ON account_mails TO ticketd_messenger;
  GRANT UPDATE (user_id, state, attempts, due_at, error, token_hashes, expires_at, updated_at) ON account_mails TO ticketd_messenger;
END $$;
SELECT grant_to_messenger();
