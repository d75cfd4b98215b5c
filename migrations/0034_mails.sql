-- Word reaches people by mail. A notification is the fact, and the outbox: while mail is on, whoever writes one, of whatever
-- release, leaves it untold. ticketd-messenger makes a mail of it and says so, in one transaction; then it sends the mail,
-- until the mail server has taken it, or has refused it for good.

-- `ticketctl mail on` makes the default true: a host that sends no mail pays nothing for it, and nothing gathers.
ALTER TABLE notifications ADD COLUMN untold boolean NOT NULL DEFAULT false;

CREATE TABLE mails (
  id         uuid        CONSTRAINT mails_pkey PRIMARY KEY   -- its notification's; the Message-ID is made of it
                         CONSTRAINT mails_notification REFERENCES notifications (id) ON DELETE CASCADE,
  user_id    uuid        NOT NULL CONSTRAINT mails_user REFERENCES users (id) ON DELETE CASCADE,
  state      text        NOT NULL DEFAULT 'waiting' CONSTRAINT mails_state CHECK (state IN ('waiting', 'sent', 'failed')),
  attempts   integer     NOT NULL DEFAULT 0 CONSTRAINT mails_attempts CHECK (attempts >= 0),
  due_at     timestamptz,                                    -- of one that waits: not to be tried before
  error      text,                                           -- what the mail server said last
  created_at timestamptz NOT NULL,                           -- the notification's
  waits_since timestamptz NOT NULL,                          -- when it was made, or retried by hand
  updated_at timestamptz NOT NULL,
  CONSTRAINT mails_due CHECK ((state = 'waiting') = (due_at IS NOT NULL)),
  CONSTRAINT mails_failed CHECK (state <> 'failed' OR error IS NOT NULL)
);
-- serves whose turn it is
CREATE INDEX mails_waiting ON mails (due_at, id) WHERE state = 'waiting';
-- serves `ticketctl mail list`, and deleting those that ended long ago
CREATE INDEX mails_of_state ON mails (state, updated_at, id);
-- serves erasing an account
CREATE INDEX mails_of_user ON mails (user_id);

-- A time on the wall of a place. UTC where this server's tzdata does not know the place, or nobody named one.
CREATE FUNCTION local_time(at timestamptz, timezone text) RETURNS text
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN to_char(at AT TIME ZONE coalesce(timezone, 'UTC'), 'YYYY-MM-DD HH24:MI ') || coalesce(timezone, 'UTC');
EXCEPTION WHEN data_exception THEN
  RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"');
END $$;

-- The messenger's rights. Its role came later than the others: on a host that was set up before, `ticketctl setup` makes it
-- once mail is wanted, and every `ticketctl migrate` comes by here. It may know addresses, which the worker may not.
CREATE FUNCTION grant_to_messenger() RETURNS void
  LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF to_regrole('ticketd_messenger') IS NULL THEN
    RETURN;
  END IF;
  GRANT USAGE ON SCHEMA public TO ticketd_messenger;
  GRANT SELECT (id, role, name, email) ON users TO ticketd_messenger;
  GRANT SELECT ON notifications, events, bookings, seat_pools, ticket_types, bulk_changes, waiting_blocks TO ticketd_messenger;
  GRANT UPDATE (untold) ON notifications TO ticketd_messenger;
  GRANT SELECT, INSERT, UPDATE, DELETE ON mails TO ticketd_messenger;
END $$;
REVOKE EXECUTE ON FUNCTION grant_to_messenger() FROM PUBLIC;
SELECT grant_to_messenger();
