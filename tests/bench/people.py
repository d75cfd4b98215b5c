"""People, their tokens and events, made in bulk: rows by SQL, tokens signed with the stack's own key."""
import base64
import hashlib
import hmac
import json
import random
import time

LIFETIME_S = 24 * 3600


def ids(kind, count):
    """The same `count` ids every time: UUIDv7 in form, with a random tail, by which the queue's shards are chosen."""
    chance = random.Random(kind)
    return [f"01900000-{n >> 16 & 0xffff:04x}-7{n >> 4 & 0xfff:03x}-{0x8000 | n & 0xf:04x}-{chance.getrandbits(48):012x}"
            for n in range(count)]


def _base64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def tokens(stack, users):
    kid, secret = stack.env["TICKETD_JWT_KEYS"].split(",")[0].split(":", 1)
    key = base64.b64decode(secret + "==")
    head = _base64(json.dumps({"alg": "HS256", "kid": kid, "typ": "JWT"}, separators=(",", ":")).encode()) + b"."
    now = int(time.time())
    result = []
    for user in users:
        claims = {"iss": stack.env.get("TICKETD_JWT_ISSUER", "ticketd"),
                  "aud": stack.env.get("TICKETD_JWT_AUDIENCE", "ticketd"),
                  "sub": user, "id": user, "sid": user, "typ": "access", "jti": user, "iat": now - 1, "exp": now + LIFETIME_S}
        text = head + _base64(json.dumps(claims).encode())
        result.append((text + b"." + _base64(hmac.digest(key, text, hashlib.sha256))).decode())
    return result


def _array(texts):
    return "'{" + ",".join(texts) + "}'::uuid[]"


def insert_people(stack, users, password_hash="none"):
    stack.sql.rows(f"""INSERT INTO users (id, email, password_hash, created_at, updated_at)
      SELECT id, id || '@bench.example', '{password_hash}', now(), now() FROM unnest({_array(users)}) AS id
      ON CONFLICT DO NOTHING""")


def insert_events(stack, events, owner, tickets):
    stack.sql.rows(f"""INSERT INTO events (id, user_id, title, description, location, start_date_time, end_date_time,
        total_tickets, available_tickets, created_at, updated_at)
      SELECT id, '{owner}', 'Night ' || n, 'A night of music', 'Hall ' || n, now() + n * interval '1 minute' + interval '1 day',
        now() + n * interval '1 minute' + interval '27 hours', {tickets}, {tickets}, now(), now()
      FROM unnest({_array(events)}) WITH ORDINALITY AS e (id, n)""")
