-- A session is ended by marking what can still be used of it. Whoever refreshes all day leaves used tokens by the hundred
-- thousand: marking those as well ran into the statement's time limit, and the session could not be ended any more.
-- serves ending one session: its unused tokens, and those used a moment ago
CREATE INDEX refresh_tokens_live_of_family ON refresh_tokens (family_id, coalesce(used_at, 'infinity')) WHERE revoked_at IS NULL;
DROP INDEX refresh_tokens_family;
-- serves ending all sessions of a person, and removing a person
CREATE INDEX refresh_tokens_of_user ON refresh_tokens (user_id, coalesce(used_at, 'infinity'));
DROP INDEX refresh_tokens_user;

-- What a handler inserts: no admin, and no counters but the seats of a new event.
REVOKE INSERT ON users, events FROM ticketd_api;
GRANT INSERT (id, name, email, password_hash, created_at, updated_at) ON users TO ticketd_api;
GRANT INSERT (id, user_id, title, description, location, start_date_time, end_date_time, total_tickets, available_tickets,
              max_per_user, created_at, updated_at) ON events TO ticketd_api;

-- Nobody needs temporary tables, which would fill the disk.
DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$;
