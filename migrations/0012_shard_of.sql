-- The shard of an event, as lib/domain/shard.h has it: the last seven bytes of the id as a little-endian number, modulo
-- the number of shards. So that a worker can find by an index what is due in its shards.
CREATE FUNCTION shard_of(event_id uuid, shards integer) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ((get_byte(uuid_send(event_id), 9)::bigint
        + (get_byte(uuid_send(event_id), 10)::bigint << 8)
        + (get_byte(uuid_send(event_id), 11)::bigint << 16)
        + (get_byte(uuid_send(event_id), 12)::bigint << 24)
        + (get_byte(uuid_send(event_id), 13)::bigint << 32)
        + (get_byte(uuid_send(event_id), 14)::bigint << 40)
        + (get_byte(uuid_send(event_id), 15)::bigint << 48)) % shards)::integer;
