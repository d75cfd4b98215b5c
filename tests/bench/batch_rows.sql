-- Everything that the hand-made batch needs to know beforehand: who, and ids as ticketd makes them (UUIDv7, ascending).
CREATE SCHEMA IF NOT EXISTS bench;
CREATE OR REPLACE FUNCTION bench.uuid_v7() RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT (lpad(to_hex(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' ||
          substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid $$;
DROP TABLE IF EXISTS bench.rows;
DROP SEQUENCE IF EXISTS bench.turn;
CREATE SEQUENCE bench.turn;
CREATE TABLE bench.rows AS
  SELECT row_number() OVER () AS n, id AS user_id, bench.uuid_v7() AS command, bench.uuid_v7() AS booking, bench.uuid_v7() AS notification
  FROM (SELECT id FROM users WHERE email LIKE '0190%@bench.example' ORDER BY id LIMIT :count) AS people;
ALTER TABLE bench.rows ADD PRIMARY KEY (n);
ANALYZE bench.rows;
GRANT USAGE ON SCHEMA bench TO PUBLIC;
GRANT SELECT ON bench.rows TO PUBLIC;
GRANT USAGE ON bench.turn TO PUBLIC
