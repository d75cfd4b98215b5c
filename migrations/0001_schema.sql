-- The schema of ticketd. Ids are UUIDv7 made by the application, times are UTC. Every constraint is named, every index
-- says which query it serves. Counters in `events` are kept by the worker in the transaction that changes the rows they
-- count; `ticketctl verify` recounts them.

CREATE FUNCTION epoch_ms(timestamptz) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (extract(epoch FROM $1) * 1000)::bigint;

CREATE TABLE users (
  id                 uuid        CONSTRAINT users_pkey PRIMARY KEY,
  role               text        NOT NULL DEFAULT 'user' CONSTRAINT users_role CHECK (role IN ('user', 'admin')),
  name               text,
  email              text        NOT NULL CONSTRAINT users_email_length CHECK (length(email) BETWEEN 3 AND 254),
  password_hash      text        NOT NULL,                     -- argon2id, libsodium's crypto_pwhash_str
  tokens_valid_after timestamptz NOT NULL DEFAULT '-infinity', -- access tokens issued before are refused
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
-- one account per address whatever its letters' case; serves login and register
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
-- serves reloading the list of people whose older access tokens are refused (only those who ever changed a password)
CREATE INDEX users_tokens_valid_after ON users (tokens_valid_after) WHERE tokens_valid_after > '-infinity';

CREATE TABLE refresh_tokens (
  token_hash bytea       CONSTRAINT refresh_tokens_pkey PRIMARY KEY,  -- BLAKE2b-256 of the token; the token itself is stored nowhere
  family_id  uuid        NOT NULL,                                    -- all tokens that descend from one login
  user_id    uuid        NOT NULL CONSTRAINT refresh_tokens_user REFERENCES users (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CONSTRAINT refresh_tokens_expiry CHECK (expires_at > created_at),
  used_at    timestamptz,                                             -- when it was exchanged for the next one
  revoked_at timestamptz
);
-- serves revoking a family after a replay
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);
-- serves deleting refresh tokens that expired long ago
CREATE INDEX refresh_tokens_expired ON refresh_tokens (expires_at);
-- serves revoking all of a person's tokens
CREATE INDEX refresh_tokens_user ON refresh_tokens (user_id);

CREATE TABLE events (
  id                 uuid        CONSTRAINT events_pkey PRIMARY KEY,
  user_id            uuid        NOT NULL CONSTRAINT events_owner REFERENCES users (id),
  title              text        NOT NULL CONSTRAINT events_title_length CHECK (length(title) BETWEEN 1 AND 255),
  description        text        NOT NULL CONSTRAINT events_description_length CHECK (length(description) <= 10000),
  location           text        NOT NULL CONSTRAINT events_location_length CHECK (length(location) <= 10000),
  start_date_time    timestamptz NOT NULL,
  end_date_time      timestamptz NOT NULL,
  state              text        NOT NULL DEFAULT 'open' CONSTRAINT events_state CHECK (state IN ('open', 'cancelled')),
  total_tickets      integer     NOT NULL CONSTRAINT events_total_tickets CHECK (total_tickets BETWEEN 1 AND 1000000),
  available_tickets  integer     NOT NULL,                      -- total_tickets less the confirmed bookings
  waiting_list_count integer     NOT NULL DEFAULT 0,            -- the waitlisted bookings
  max_per_user       integer     NOT NULL DEFAULT 1 CONSTRAINT events_max_per_user CHECK (max_per_user BETWEEN 1 AND 100),
  next_seq           bigint      NOT NULL DEFAULT 1,            -- the seq that the next booking gets
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL,
  CONSTRAINT events_end_after_start CHECK (end_date_time > start_date_time),
  CONSTRAINT events_never_oversold CHECK (available_tickets BETWEEN 0 AND total_tickets),
  CONSTRAINT events_waiting_list_count CHECK (waiting_list_count >= 0),
  CONSTRAINT events_no_idle_seat CHECK (available_tickets = 0 OR waiting_list_count = 0),
  CONSTRAINT events_cancelled_is_empty CHECK (state = 'open' OR (available_tickets = total_tickets AND waiting_list_count = 0))
) WITH (fillfactor = 50);  -- the counters change all the time: room for heap-only updates
-- serves discover, ordered by start
CREATE INDEX events_by_start ON events (start_date_time, id) WHERE state = 'open';
-- serves discover, ordered by creation
CREATE INDEX events_by_creation ON events (created_at, id) WHERE state = 'open';
-- serves my-events
CREATE INDEX events_of_owner ON events (user_id, created_at, id) WHERE state = 'open';
-- serves discover's word search; the translated signs would make PostgreSQL's parser take a path, host or address for one word
CREATE INDEX events_words ON events USING gin (to_tsvector('simple', translate(title || ' ' || location || ' ' || description, '/.-@', '    '))) WHERE state = 'open';

CREATE TABLE bookings (
  id           uuid        CONSTRAINT bookings_pkey PRIMARY KEY,
  event_id     uuid        NOT NULL CONSTRAINT bookings_event REFERENCES events (id),
  user_id      uuid        NOT NULL CONSTRAINT bookings_user REFERENCES users (id),
  state        text        NOT NULL CONSTRAINT bookings_state CHECK (state IN ('confirmed', 'waitlisted', 'cancelled', 'rejected')),
  reason       text,                 -- why it was rejected
  seq          bigint,               -- order of acceptance within the event; the line goes by it
  slot         smallint    CONSTRAINT bookings_slot CHECK (slot BETWEEN 1 AND 100),
  created_at   timestamptz NOT NULL, -- when it was accepted
  updated_at   timestamptz NOT NULL,
  promoted_at  timestamptz,          -- when a waiting one got its seat
  cancelled_at timestamptz,
  CONSTRAINT bookings_rejected_has_reason CHECK ((state = 'rejected') = (reason IS NOT NULL)),
  CONSTRAINT bookings_rejected_has_no_place CHECK ((state = 'rejected') = (seq IS NULL) AND (seq IS NULL) = (slot IS NULL)),
  CONSTRAINT bookings_cancelled_at CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL)),
  CONSTRAINT bookings_waiting_not_promoted CHECK (state <> 'waitlisted' OR promoted_at IS NULL)
) WITH (fillfactor = 85);
-- no two bookings of an event have the same place in the order
CREATE UNIQUE INDEX bookings_seq_key ON bookings (event_id, seq);
-- a person's live bookings of an event have different slots, and there are max_per_user slots; serves loading a batch
CREATE UNIQUE INDEX bookings_slot_key ON bookings (event_id, user_id, slot) WHERE state IN ('confirmed', 'waitlisted');
-- serves promotion (the head of the line) and the position in the line
CREATE INDEX bookings_line ON bookings (event_id, seq) WHERE state = 'waitlisted';
-- serves GET /v1/bookings, newest first
CREATE INDEX bookings_of_user ON bookings (user_id, created_at DESC, id DESC);

-- One row per command that took effect: its primary key is what makes a redelivery a no-op. Also the audit trail, so
-- it refers to nothing that could go away.
CREATE TABLE commands (
  id          uuid        CONSTRAINT commands_pkey PRIMARY KEY,
  kind        text        NOT NULL CONSTRAINT commands_kind CHECK (kind IN ('book', 'cancel', 'update_event', 'delete_event')),
  user_id     uuid        NOT NULL,
  event_id    uuid        NOT NULL,
  state       text        NOT NULL CONSTRAINT commands_state CHECK (state IN ('done', 'failed')),
  outcome     text        NOT NULL,
  reason      text,
  booking_id  uuid,
  accepted_at timestamptz NOT NULL,
  decided_at  timestamptz NOT NULL,
  CONSTRAINT commands_outcome CHECK (outcome IN ('confirmed', 'waitlisted', 'rejected', 'cancelled', 'nothing_to_cancel',
                                                 'updated', 'deleted', 'failed')),
  CONSTRAINT commands_failed CHECK ((state = 'failed') = (outcome = 'failed')),
  CONSTRAINT commands_reason CHECK ((outcome IN ('rejected', 'failed')) = (reason IS NOT NULL))
);

CREATE TABLE notifications (
  id         uuid        CONSTRAINT notifications_pkey PRIMARY KEY,
  user_id    uuid        NOT NULL CONSTRAINT notifications_user REFERENCES users (id) ON DELETE CASCADE,
  event_id   uuid,
  booking_id uuid,
  kind       text        NOT NULL CONSTRAINT notifications_kind CHECK (kind IN ('booked', 'waitlisted', 'promoted', 'cancelled',
                           'nothing_to_cancel', 'rejected', 'event_updated', 'event_deleted', 'failed')),
  message    text        NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  read_at    timestamptz
);
-- serves GET /v1/notifications, newest first
CREATE INDEX notifications_of_user ON notifications (user_id, created_at DESC, id DESC);
-- serves unread_count and ?unread
CREATE INDEX notifications_unread ON notifications (user_id, created_at DESC, id DESC) WHERE read_at IS NULL;

-- Commands that failed again and again for a reason of their own; `ticketctl dead` works on them.
CREATE TABLE dead_letters (
  shard       integer     NOT NULL,
  stream_id   text        NOT NULL,  -- of the entry in the shard's stream
  command_id  uuid,                  -- null: the entry could not be read
  command     jsonb       NOT NULL,  -- the entry as it stood in the stream
  error       text        NOT NULL,
  sqlstate    text,
  attempts    integer     NOT NULL,
  died_at     timestamptz NOT NULL,
  CONSTRAINT dead_letters_pkey PRIMARY KEY (shard, stream_id)
);
-- serves `ticketctl dead show|retry|drop ID`, and with it a retry of all of them after a bug put many aside
CREATE INDEX dead_letters_command ON dead_letters (command_id) WHERE command_id IS NOT NULL;

-- Idempotency keys of what handlers write themselves (new events); those of commands live in the queue.
CREATE TABLE idempotency_keys (
  user_id     uuid        NOT NULL,
  key         text        NOT NULL,
  fingerprint text        NOT NULL,  -- hash of the request
  answer      text        NOT NULL,  -- the body of the first answer
  created_at  timestamptz NOT NULL,
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, key)
);
-- serves removing keys that are older than a day
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
