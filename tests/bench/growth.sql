-- A full database in minutes: :events events over two years, half of them over; five confirmed bookings each; and one event
-- with a line of :waiting. Each booking has its command and its notification, so that `ticketctl verify` finds nothing.
-- Foreign keys and triggers rest meanwhile, and all indexes but the primary keys' are made anew at the end.
SET session_replication_role = replica;
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
SET work_mem = '128MB';
CREATE SCHEMA IF NOT EXISTS bench;
-- ids in the form of UUIDv7, ascending with n, with a random tail; growth.py makes the same
CREATE OR REPLACE FUNCTION bench.id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (kind || lpad(to_hex(n), 8, '0') || '7' || substr(md5(kind || n), 1, 19))::uuid $$;
CREATE OR REPLACE FUNCTION bench.word(n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 'w' || substr(md5(n::text), 1, 6) $$;

CREATE TABLE bench.indexes AS
  SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
  WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisprimary
    AND c.relname IN ('users', 'events', 'bookings', 'commands', 'notifications');
SELECT 'DROP INDEX ' || name FROM bench.indexes \gexec
SELECT now() \gset

INSERT INTO users (id, email, password_hash, created_at, updated_at)
  SELECT bench.id('0190', n), 'person-' || n || '@growth.example', 'none', :'now'::timestamptz - interval '2 years', :'now'::timestamptz - interval '2 years'
  FROM generate_series(1, greatest(:waiting + 1000, 2000)) AS n;

-- The first has the line. Each has two words of a vocabulary of 5,000, one of 20, and a city of 300.
INSERT INTO events (id, user_id, title, description, location, start_date_time, end_date_time, total_tickets, available_tickets,
                    waiting_list_count, next_seq, created_at, updated_at)
  SELECT bench.id('0191', n), bench.id('0190', CASE WHEN n <= 20 THEN 1 ELSE 2 + n % 1000 END),
         initcap(bench.word(n * 7 % 5000)) || ' ' || (ARRAY['Concert', 'Concert', 'Concert', 'Reading', 'Festival', 'Match', 'Play', 'Talk',
           'Show', 'Fair'])[1 + n % 10], 'An evening with ' || bench.word(n * 13 % 5000) || ', doors open an hour before.',
         'Hall ' || n % 9 || ', C' || substr(md5((n % 300)::text), 1, 6),
         at, at + interval '3 hours', CASE WHEN n = 1 THEN 1000 ELSE 50 END, CASE WHEN n = 1 THEN 0 ELSE 45 END,
         CASE WHEN n = 1 THEN :waiting ELSE 0 END, CASE WHEN n = 1 THEN 1001 + :waiting ELSE 6 END,
         at - interval '400 days', at - interval '400 days'
  FROM (SELECT n, CASE WHEN n = 1 THEN :'now'::timestamptz + interval '300 days'
                       ELSE :'now'::timestamptz + interval '730 days' * (n::float / :events - 0.5) + interval '1 day' * (n % 30) END AS at
        FROM generate_series(1, :events) AS n) AS e;

-- (number, event, person, place): the first person has a seat at the first twenty others
CREATE UNLOGGED TABLE bench.seats AS
  SELECT row_number() OVER () AS n, * FROM (
    SELECT 1 AS event, p AS person, p AS seq FROM generate_series(1, 1000 + :waiting) AS p
    UNION ALL
    SELECT e, CASE WHEN e <= 21 AND s = 1 THEN 1 ELSE 2 + (e * 5 + s) % (greatest(:waiting + 1000, 2000) - 2) END, s
    FROM generate_series(2, :events) AS e, generate_series(1, 5) AS s) AS seat;

INSERT INTO bookings (id, event_id, user_id, state, seq, slot, created_at, updated_at)
  SELECT bench.id('0192', n), bench.id('0191', event), bench.id('0190', person),
         CASE WHEN event = 1 AND seq > 1000 THEN 'waitlisted' ELSE 'confirmed' END, seq, 1, at, at
  FROM (SELECT *, :'now'::timestamptz - interval '300 days' + n * interval '4 seconds' AS at FROM bench.seats) AS s;
INSERT INTO commands (id, kind, user_id, event_id, state, outcome, booking_id, accepted_at, decided_at)
  SELECT bench.id('0193', n), 'book', bench.id('0190', person), bench.id('0191', event), 'done',
         CASE WHEN event = 1 AND seq > 1000 THEN 'waitlisted' ELSE 'confirmed' END, bench.id('0192', n), at, at
  FROM (SELECT *, :'now'::timestamptz - interval '300 days' + n * interval '4 seconds' AS at FROM bench.seats) AS s;
INSERT INTO notifications (id, user_id, event_id, booking_id, kind, message, created_at, updated_at)
  SELECT bench.id('0194', n), bench.id('0190', person), bench.id('0191', event), bench.id('0192', n),
         CASE WHEN event = 1 AND seq > 1000 THEN 'waitlisted' ELSE 'booked' END, 'Your booking of "Event ' || event || '" was carried out',
         at, at
  FROM (SELECT *, :'now'::timestamptz - interval '300 days' + n * interval '4 seconds' AS at FROM bench.seats) AS s;
DROP TABLE bench.seats;

SELECT definition FROM bench.indexes \gexec
-- What the triggers would have done; revisions from before them have no such table.
SELECT 'INSERT INTO waiting_blocks SELECT event_id, line_block(seq), count(*) FROM bookings WHERE state = ''waitlisted'' GROUP BY 1, 2 ON CONFLICT DO NOTHING'
  WHERE to_regclass('waiting_blocks') IS NOT NULL \gexec
SELECT 'UPDATE events SET over = true WHERE end_date_time <= now()'
  WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'events'::regclass AND attname = 'over') \gexec
SELECT 'INSERT INTO event_words SELECT id, over, w.* FROM events e, event_words_of(title, location, description, state) AS w ON CONFLICT DO NOTHING'
  WHERE to_regclass('event_words') IS NOT NULL \gexec
SET session_replication_role = origin;
VACUUM ANALYZE;
CHECKPOINT;  -- or it is written while the first figures are taken
CREATE TABLE bench.complete AS SELECT :events AS events, now() AS at;
