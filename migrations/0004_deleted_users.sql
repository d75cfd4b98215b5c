-- A token says who somebody is for as long as it lives, and most requests look at no row of `users`. So that the token
-- of somebody who is gone counts no longer than that of somebody with a new password, whoever deletes a row leaves the
-- time here; it stands beside users.tokens_valid_after in the list of people whose older tokens are refused.

CREATE TABLE deleted_users (
  user_id    uuid        CONSTRAINT deleted_users_pkey PRIMARY KEY,
  deleted_at timestamptz NOT NULL
);
-- serves the list of refused tokens, and removing what is older than any token
CREATE INDEX deleted_users_age ON deleted_users (deleted_at);

CREATE FUNCTION note_deleted_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO deleted_users VALUES (OLD.id, clock_timestamp())
  ON CONFLICT (user_id) DO UPDATE SET deleted_at = EXCLUDED.deleted_at;
  RETURN NULL;
END $$;

CREATE TRIGGER users_note_deleted AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION note_deleted_user();

GRANT SELECT ON deleted_users TO ticketd_api;
GRANT SELECT, DELETE ON deleted_users TO ticketd_worker;
