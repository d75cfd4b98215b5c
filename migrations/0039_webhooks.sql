-- Organisers are told by HTTP what happens to their events (Standard Webhooks 1.0). What happens is in the outboxes: a
-- notification, which is left `unposted` while webhooks are on, or a row of event_news. ticketd-webhooks makes deliveries of
-- both, in one transaction for many, and posts them.

-- `ticketctl webhooks on` makes the default true: a host that sends no webhooks pays nothing for them, and nothing gathers.
ALTER TABLE notifications ADD COLUMN unposted boolean NOT NULL DEFAULT false;

-- An owner is told that a webhook of his was switched off.
ALTER TABLE notifications
  DROP CONSTRAINT notifications_kind,
  ADD CONSTRAINT notifications_kind CHECK (kind IN ('booked', 'waitlisted', 'promoted', 'cancelled', 'nothing_to_cancel',
    'rejected', 'event_updated', 'event_deleted', 'event_moved', 'line_closed', 'booking_changed', 'never_fits', 'held', 'offered',
    'confirmed', 'expired', 'failed', 'webhook_off')) NOT VALID;

CREATE TABLE webhooks (
  id         uuid        CONSTRAINT webhooks_pkey PRIMARY KEY,
  user_id    uuid        NOT NULL CONSTRAINT webhooks_user REFERENCES users (id) ON DELETE CASCADE,
  url        text        NOT NULL CONSTRAINT webhooks_url CHECK (length(url) <= 2048 AND url ~ '^https?://'),
  types      text[]      NOT NULL CONSTRAINT webhooks_types CHECK (cardinality(types) > 0 AND types <@ ARRAY['booking.confirmed',
                           'booking.waitlisted', 'booking.held', 'booking.promoted', 'booking.changed', 'booking.cancelled',
                           'booking.expired', 'booking.rejected', 'event.updated', 'event.cancelled', 'event.sold_out']),
  event_ids  uuid[]      CONSTRAINT webhooks_event_ids CHECK (cardinality(event_ids) BETWEEN 1 AND 100),  -- null: all of its owner's
  -- Not hashes: each attempt is signed with it. The endpoints can write one, and not read it.
  secret     bytea       NOT NULL CONSTRAINT webhooks_secret CHECK (length(secret) = 32),
  previous_secret bytea,                                     -- signs, too, until then
  previous_until  timestamptz,
  enabled    boolean     NOT NULL DEFAULT true,
  disabled_reason text   CONSTRAINT webhooks_disabled_reason CHECK (disabled_reason IN ('gone', 'failing')),  -- null: its owner did it
  failing_since timestamptz,                                 -- nothing was taken since
  next_try_at timestamptz,                                   -- of one that fails: nothing is posted before
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT webhooks_previous CHECK ((previous_secret IS NULL) = (previous_until IS NULL)),
  CONSTRAINT webhooks_disabled CHECK (disabled_reason IS NULL OR NOT enabled)
);
-- serves a user's list, and whom an event's news are for
CREATE INDEX webhooks_of_user ON webhooks (user_id, created_at);

-- Of a webhook that was deleted they stay until they expire: it may have had a million, which nobody is to wait for.
CREATE TABLE webhook_deliveries (
  id         uuid        CONSTRAINT webhook_deliveries_pkey PRIMARY KEY,   -- the webhook-id
  webhook_id uuid        NOT NULL,
  type       text        NOT NULL,
  event_id   uuid,                                           -- null for a test
  body       text        NOT NULL,                           -- as it is signed
  state      text        NOT NULL DEFAULT 'waiting' CONSTRAINT webhook_deliveries_state CHECK (state IN
                         ('waiting', 'delivered', 'failed')),
  attempts   integer     NOT NULL DEFAULT 0 CONSTRAINT webhook_deliveries_attempts CHECK (attempts >= 0),
  due_at     timestamptz,                                    -- of one that waits: not to be tried before
  status     integer,                                        -- of the last answer
  error      text,                                           -- what was wrong with the last attempt
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT webhook_deliveries_due CHECK ((state = 'waiting') = (due_at IS NOT NULL)),
  CONSTRAINT webhook_deliveries_failed CHECK (state <> 'failed' OR error IS NOT NULL)
);
-- serves whose turn it is
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook_id, due_at, id) WHERE state = 'waiting';
-- serves how many are under way: a lease ends with an answer, which is written down with an error or another state
CREATE INDEX webhook_deliveries_leased ON webhook_deliveries (webhook_id) WHERE state = 'waiting' AND attempts > 0 AND error IS NULL;
-- serves GET /v1/webhooks/{id}/deliveries, newest first
CREATE INDEX webhook_deliveries_of_webhook ON webhook_deliveries (webhook_id, created_at, id);
-- serves the same of those that failed, and sending them again
CREATE INDEX webhook_deliveries_which_failed ON webhook_deliveries (webhook_id, created_at, id) WHERE state = 'failed';
-- serves deleting what is older than seven days
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);

-- How many news of an event were told so far, and whether the last one said that it is sold out.
CREATE TABLE webhook_sequences (
  event_id   uuid        CONSTRAINT webhook_sequences_pkey PRIMARY KEY
                         CONSTRAINT webhook_sequences_event REFERENCES events (id) ON DELETE CASCADE,
  seq        bigint      NOT NULL DEFAULT 0 CONSTRAINT webhook_sequences_seq CHECK (seq >= 0),
  sold_out   boolean     NOT NULL DEFAULT false
);

-- What an endpoint, of whatever release, has changed of an event whose owner has a webhook. What the worker changes is told by
-- its owner's notification.
CREATE TABLE event_news (
  id         uuid        DEFAULT gen_random_uuid() CONSTRAINT event_news_pkey PRIMARY KEY,
  event_id   uuid        NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- serves whose turn it is
CREATE INDEX event_news_by_age ON event_news (created_at, id);

-- `ticketctl webhooks on` makes it so.
CREATE FUNCTION are_webhooks_on() RETURNS boolean
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT pg_get_expr(adbin, adrelid) = 'true' FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
  WHERE adrelid = 'notifications'::regclass AND attname = 'unposted'
$$;

CREATE FUNCTION note_event_news() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM webhooks WHERE user_id = NEW.user_id AND enabled) AND are_webhooks_on() THEN
    INSERT INTO event_news (event_id) VALUES (NEW.id);
  END IF;
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION note_event_news() FROM PUBLIC;
-- None of the columns that the worker writes with every batch: nothing of this is done for a booking.
CREATE TRIGGER events_news AFTER UPDATE OF title, description, location, start_date_time, end_date_time, visibility, timezone,
  max_per_user, max_per_booking, max_skips, saving_stops_hours, hold_minutes, offer_minutes, offer_stops_minutes, confirmed_by,
  line_closes, sales_start, sales_end ON events FOR EACH ROW
  WHEN ((OLD.title, OLD.description, OLD.location, OLD.start_date_time, OLD.end_date_time, OLD.visibility, OLD.timezone,
         OLD.max_per_user, OLD.max_per_booking, OLD.max_skips, OLD.saving_stops_hours, OLD.hold_minutes, OLD.offer_minutes,
         OLD.offer_stops_minutes, OLD.confirmed_by, OLD.line_closes, OLD.sales_start, OLD.sales_end) IS DISTINCT FROM
        (NEW.title, NEW.description, NEW.location, NEW.start_date_time, NEW.end_date_time, NEW.visibility, NEW.timezone,
         NEW.max_per_user, NEW.max_per_booking, NEW.max_skips, NEW.saving_stops_hours, NEW.hold_minutes, NEW.offer_minutes,
         NEW.offer_stops_minutes, NEW.confirmed_by, NEW.line_closes, NEW.sales_start, NEW.sales_end))
  EXECUTE FUNCTION note_event_news();
-- Whoever gives a webhook another secret: the one before is good for a day more.
CREATE FUNCTION keep_previous_secret() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  NEW.previous_secret := OLD.secret;
  NEW.previous_until := NEW.updated_at + interval '24 hours';
  RETURN NEW;
END $$;
CREATE TRIGGER webhooks_rotated BEFORE UPDATE OF secret ON webhooks FOR EACH ROW
  WHEN (OLD.secret IS DISTINCT FROM NEW.secret) EXECUTE FUNCTION keep_previous_secret();

-- Switches a webhook off and tells its owner, unless it was changed since: its owner has sent it elsewhere, or somebody has
-- delivered to it. ticketd-webhooks can write no other notification, and to nobody else.
CREATE FUNCTION switch_webhook_off(webhook uuid, posted_to text, why text, words text, at timestamptz) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH off AS (UPDATE webhooks SET enabled = false, disabled_reason = why, updated_at = at
    WHERE id = webhook AND enabled AND url = posted_to AND (why = 'gone' OR failing_since < at - interval '5 days')
    RETURNING user_id)
  INSERT INTO notifications (id, user_id, kind, message, created_at, updated_at)
  SELECT gen_random_uuid(), user_id, 'webhook_off', words, at, at FROM off
$$;
REVOKE EXECUTE ON FUNCTION switch_webhook_off(uuid, text, text, text, timestamptz) FROM PUBLIC;

-- The endpoints: what a person sets, and what became of it. They can read no secret.
GRANT SELECT (id, user_id, url, types, event_ids, previous_until, enabled, disabled_reason, failing_since, next_try_at, created_at, updated_at),
  INSERT (id, user_id, url, types, event_ids, secret, enabled, created_at, updated_at),
  UPDATE (url, types, event_ids, secret, enabled, disabled_reason, failing_since, next_try_at, updated_at), DELETE ON webhooks TO ticketd_api;
GRANT SELECT, INSERT (id, webhook_id, type, event_id, body, state, due_at, error, created_at, updated_at),
  UPDATE (state, attempts, due_at, updated_at) ON webhook_deliveries TO ticketd_api;

-- ticketd-webhooks' rights: as with the messenger (0034), its role may come later. It knows nobody's name or address.
CREATE FUNCTION grant_to_webhooks() RETURNS void
  LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF to_regrole('ticketd_webhooks') IS NULL THEN
    RETURN;
  END IF;
  GRANT USAGE ON SCHEMA public TO ticketd_webhooks;
  GRANT SELECT (id, user_id, event_id, booking_id, kind, created_at, unposted), UPDATE (unposted) ON notifications TO ticketd_webhooks;
  GRANT SELECT ON events, bookings TO ticketd_webhooks;
  GRANT SELECT, UPDATE (failing_since, next_try_at) ON webhooks TO ticketd_webhooks;
  GRANT EXECUTE ON FUNCTION switch_webhook_off(uuid, text, text, text, timestamptz) TO ticketd_webhooks;
  GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_deliveries TO ticketd_webhooks;
  GRANT SELECT, INSERT, UPDATE ON webhook_sequences TO ticketd_webhooks;
  GRANT SELECT, DELETE, UPDATE ON event_news TO ticketd_webhooks;
END $$;
REVOKE EXECUTE ON FUNCTION grant_to_webhooks() FROM PUBLIC;
SELECT grant_to_webhooks();
