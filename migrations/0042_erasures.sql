-- A person's right to be erased, and an event's people who are forgotten some time after it.

-- Accounts that were erased lately. The worker cancels what they still hold or organise, and what was queued in their name before;
-- it looks again and again, ever more seldom, for a month.
CREATE TABLE erasures (
  user_id       uuid        CONSTRAINT erasures_pkey PRIMARY KEY CONSTRAINT erasures_user REFERENCES users (id) ON DELETE CASCADE,
  requested_at  timestamptz NOT NULL,
  due_at        timestamptz NOT NULL CONSTRAINT erasures_due CHECK (due_at >= requested_at)  -- not to be looked at before
);
-- serves the workers, who look for what there is to do all the time
CREATE INDEX erasures_by_due ON erasures (due_at);

-- What counts against the limit of an address (0036) whose account was erased: nobody can read it.
CREATE FUNCTION erased_address(address text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
  SELECT 'erased-' || encode(sha256(convert_to(lower(address), 'UTF8')), 'hex')
$$;

-- Leaves of an account a number that stands for nobody: what refers to it stays. The caller ends its sessions. An endpoint, which
-- may delete none of this by itself, may do so. Mails about the account end within a day, so that nobody gets more of them by
-- erasing one account after the other; those to an address of theirs, too, that belong to nobody: whoever asked for a new password
-- may have moved since.
CREATE FUNCTION erase_account(who uuid, at timestamptz) RETURNS void
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
  UPDATE users SET email = 'deleted-' || gen_random_uuid() || '@deleted.invalid', name = NULL, email_verified_at = NULL,
    calendar_id = NULL, password_hash = '', role = 'user', updated_at = at WHERE id = who;
  INSERT INTO erasures SELECT who, asked, asked FROM (SELECT least(at, clock_timestamp()) AS asked) AS now
    ON CONFLICT (user_id) DO UPDATE SET requested_at = excluded.requested_at, due_at = excluded.due_at;
$$;
REVOKE EXECUTE ON FUNCTION erase_account(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_account(uuid, timestamptz) TO ticketd_api;
GRANT SELECT, UPDATE (due_at), DELETE ON erasures TO ticketd_worker;

-- Since when its bookings, and what was said and asked about them, are being deleted; and whether all of them are. Its numbers stay.
ALTER TABLE events
  ADD COLUMN forgotten_at timestamptz,
  ADD COLUMN forgotten boolean NOT NULL DEFAULT false;

-- Nobody knows any more who has its seats: it cannot take place again, whatever release decides.
CREATE FUNCTION keep_forgotten_event() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'event % is forgotten and cannot be moved', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'events_forgotten';
END $$;
CREATE TRIGGER events_forgotten BEFORE UPDATE OF start_date_time, end_date_time ON events FOR EACH ROW
  WHEN (OLD.forgotten_at IS NOT NULL AND (OLD.start_date_time, OLD.end_date_time) IS DISTINCT FROM (NEW.start_date_time, NEW.end_date_time))
  EXECUTE FUNCTION keep_forgotten_event();

-- Whoever asks what is held about them is shown their mails as well; what the mail server said stays the messenger's.
GRANT SELECT (id, user_id, state, attempts, due_at, created_at, waits_since, updated_at) ON mails TO ticketd_api;
GRANT SELECT (state, attempts, due_at, waits_since, updated_at) ON account_mails TO ticketd_api;
