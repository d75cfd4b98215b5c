-- Who may do what. Each part of ticketd signs in as a role of its own (README, "Security"): handlers cannot write what
-- the worker decides, the worker cannot read a password hash. A later table gets its GRANTs in the migration that makes it.

DO $$
BEGIN
  IF (SELECT count(*) FROM pg_roles WHERE rolname IN ('ticketd_api', 'ticketd_worker')) < 2 THEN
    RAISE EXCEPTION 'the roles ticketd_api and ticketd_worker are missing'
      USING HINT = 'run `ticketctl setup`, or as a superuser: CREATE ROLE ticketd_api LOGIN; CREATE ROLE ticketd_worker LOGIN;';
  END IF;
END $$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ticketd_api, ticketd_worker;

-- the handlers: what they own, and reading
GRANT SELECT, INSERT ON users TO ticketd_api;
GRANT UPDATE (password_hash, tokens_valid_after, updated_at) ON users TO ticketd_api;
GRANT SELECT, INSERT ON refresh_tokens TO ticketd_api;
GRANT UPDATE (used_at, revoked_at) ON refresh_tokens TO ticketd_api;
GRANT SELECT, INSERT ON events TO ticketd_api;
GRANT UPDATE (title, description, location, start_date_time, end_date_time, updated_at) ON events TO ticketd_api;
GRANT SELECT ON bookings, commands, dead_letters, notifications TO ticketd_api;
GRANT UPDATE (read_at, updated_at) ON notifications TO ticketd_api;
GRANT SELECT, INSERT, UPDATE ON idempotency_keys TO ticketd_api;

-- the worker: the only writer of bookings, counters, outcomes and their notifications; and the cleaning
GRANT SELECT (id) ON users TO ticketd_worker;
GRANT SELECT, UPDATE ON events TO ticketd_worker;
GRANT SELECT, INSERT, UPDATE ON bookings TO ticketd_worker;
GRANT SELECT, INSERT ON commands, notifications TO ticketd_worker;
GRANT SELECT, INSERT, UPDATE ON dead_letters TO ticketd_worker;
GRANT SELECT (expires_at), DELETE ON refresh_tokens TO ticketd_worker;
GRANT SELECT (created_at), DELETE ON idempotency_keys TO ticketd_worker;
