-- Mail about an account itself: a link to set a new password, to prove an address, to change it; and word of what was
-- changed. An endpoint asks for it, in the transaction that changes something; ticketd-messenger sends it, as it sends the
-- others. The link's token is made when the mail is sent: the database holds its hash alone, and whoever asks for a link
-- takes the same time whether there is such an account or not, for the messenger finds that out.

-- Since when the address is known to be its owner's.
ALTER TABLE users ADD COLUMN email_verified_at timestamptz;

CREATE TABLE account_mails (
  id         uuid        CONSTRAINT account_mails_pkey PRIMARY KEY,  -- the Message-ID is made of it
  kind       text        NOT NULL CONSTRAINT account_mails_kind CHECK (kind IN
                         ('reset_password', 'verify_email', 'change_email', 'email_changed', 'password_changed')),
  -- To whom, and what counts against the limit of an address. Of reset_password: as it was typed; the mail goes to the address
  -- that the account has, which may be written in another way.
  address    text        NOT NULL,
  user_id    uuid        CONSTRAINT account_mails_user REFERENCES users (id) ON DELETE CASCADE,  -- of reset_password: once it was found
  state      text        NOT NULL DEFAULT 'waiting' CONSTRAINT account_mails_state CHECK (state IN
                         ('waiting', 'sent', 'failed', 'nobody')),   -- nobody: there is no such account, or nobody needs it any more
  attempts   integer     NOT NULL DEFAULT 0 CONSTRAINT account_mails_attempts CHECK (attempts >= 0),
  due_at     timestamptz,
  error      text,
  -- BLAKE2b-256 of the link's token, one for each of the last attempts: whichever of them arrived.
  token_hashes bytea[]   NOT NULL DEFAULT '{}',
  expires_at timestamptz,                                            -- of the link, from its last attempt on
  used_at    timestamptz,                                            -- or made worthless by what was changed since
  created_at timestamptz NOT NULL,
  waits_since timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT account_mails_due CHECK ((state = 'waiting') = (due_at IS NOT NULL)),
  CONSTRAINT account_mails_failed CHECK (state <> 'failed' OR error IS NOT NULL)
);
-- serves whose turn it is
CREATE INDEX account_mails_waiting ON account_mails (due_at, id) WHERE state = 'waiting';
-- serves `ticketctl mail list`, and deleting those that ended long ago
CREATE INDEX account_mails_of_state ON account_mails (state, updated_at, id);
-- serves the limit of an address
CREATE INDEX account_mails_of_address ON account_mails (lower(address), created_at);
-- serves the limit of a user, and erasing an account
CREATE INDEX account_mails_of_user ON account_mails (user_id, created_at);

-- `ticketctl mail on` makes it so: see 0034_mails.sql.
CREATE FUNCTION is_mail_on() RETURNS boolean
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT pg_get_expr(adbin, adrelid) = 'true' FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
  WHERE adrelid = 'notifications'::regclass AND attname = 'untold'
$$;

-- All mails, as an operator sees them.
CREATE VIEW all_mails AS
  SELECT m.id, m.state, n.kind, u.email AS address, m.attempts, m.due_at, m.error, m.created_at, m.waits_since, m.updated_at
  FROM mails m JOIN notifications n USING (id) JOIN users u ON u.id = m.user_id
  UNION ALL
  SELECT id, state, kind, address, attempts, due_at, error, created_at, waits_since, updated_at
  FROM account_mails WHERE state <> 'nobody';

-- Whoever changes a password or an address, of whatever release: no link that was sent before counts any more, and nobody has
-- proved the new address who does not say so.
CREATE FUNCTION end_links() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.email IS DISTINCT FROM OLD.email AND NEW.email_verified_at IS NOT DISTINCT FROM OLD.email_verified_at THEN
    NEW.email_verified_at := NULL;
  END IF;
  UPDATE account_mails SET used_at = clock_timestamp()
  WHERE user_id = NEW.id AND used_at IS NULL AND kind IN ('reset_password', 'verify_email', 'change_email');
  RETURN NEW;
END $$;
CREATE TRIGGER users_end_links BEFORE UPDATE OF email, tokens_valid_after ON users FOR EACH ROW EXECUTE FUNCTION end_links();

-- The endpoints ask for mails and take links. They cannot make a link, nor see what became of a mail.
GRANT SELECT (id, kind, address, user_id, created_at, token_hashes, expires_at, used_at),
  INSERT (id, kind, address, user_id, due_at, created_at, waits_since, updated_at) ON account_mails TO ticketd_api;
GRANT UPDATE (used_at) ON account_mails TO ticketd_api;
GRANT UPDATE (email, email_verified_at) ON users TO ticketd_api;

CREATE OR REPLACE FUNCTION grant_to_messenger() RETURNS void
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
  GRANT SELECT, DELETE ON account_mails TO ticketd_messenger;
  GRANT UPDATE (user_id, state, attempts, due_at, error, token_hashes, expires_at, updated_at) ON account_mails TO ticketd_messenger;
END $$;
SELECT grant_to_messenger();
