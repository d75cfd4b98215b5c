// Rows for the plans of statements to be about.
#pragma once
#include "support/fixtures.h"

namespace ticketd::tests {

// A few thousand of everything, so that a plan matters: 2,000 people, of whom one has a great many, 3,000 events,
// of which one has a long line.
struct Crowd {
  UserId user = make_user();
  EventId event = make_event_of(user, 1);
  Crowd() {
    sql(R"(INSERT INTO users (id, email, password_hash, created_at, updated_at)
      SELECT id, id || '@crowd.example', 'hash', now(), now()
      FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, 2000)) AS u)");
    sql("CREATE VIEW crowd AS SELECT id FROM users WHERE email LIKE '%@crowd.example'");
    sql(R"(INSERT INTO events (id, user_id, title, description, location, start_date_time, end_date_time, total_tickets,
        available_tickets, created_at, updated_at, over)
      SELECT gen_random_uuid(), CASE WHEN n % 30 = 0 THEN $1 ELSE id END, 'Night ' || n, 'd', 'l',
        now() + (n - 1500) * interval '1 hour', now() + (n - 1499) * interval '1 hour', 5, 5, now() - n * interval '1 s',
        now(), n < 1499
      FROM (SELECT id, row_number() OVER () AS n FROM crowd, generate_series(1, 2) LIMIT 3000) AS u)",
        user.str());
    insert_bookings();
    sql("INSERT INTO waiting_blocks SELECT id, 256 * i, 1 FROM events, generate_series(100, 102) AS i");
    sql(R"(INSERT INTO notifications (id, user_id, kind, message, created_at, updated_at, read_at)
      SELECT gen_random_uuid(), id, 'booked', 'm', now(), now(), CASE WHEN i < 9 THEN now() END
      FROM crowd, generate_series(1, 10) AS i
      UNION ALL SELECT gen_random_uuid(), $1, 'booked', 'm', now() - i * interval '1 s', now(), NULL
      FROM generate_series(1, 1000) AS i)",
        user.str());
    sql("UPDATE notifications SET untold = (read_at IS NULL AND left(id::text, 2) = '00')");
    sql(R"(INSERT INTO mails (id, user_id, state, due_at, waits_since, created_at, updated_at)
      SELECT id, user_id, CASE WHEN untold THEN 'waiting' ELSE 'sent' END, CASE WHEN untold THEN now() END, now(), now(), now()
      FROM notifications ON CONFLICT DO NOTHING)");
    sql(R"(INSERT INTO account_mails (id, kind, address, user_id, state, due_at, waits_since, created_at, updated_at)
      SELECT gen_random_uuid(), 'change_email', email, id, CASE WHEN left(id::text, 2) = '00' THEN 'waiting' ELSE 'sent' END,
        CASE WHEN left(id::text, 2) = '00' THEN now() END, now(), now(), now() FROM users)");
    sql(R"(INSERT INTO commands SELECT gen_random_uuid(), 'book', gen_random_uuid(), gen_random_uuid(), 'done',
        'confirmed', NULL, NULL, now(), now() FROM generate_series(1, 5000))");
    sql(R"(INSERT INTO refresh_tokens
      SELECT id::text::bytea, gen_random_uuid(), id, now(), now() + interval '1 day' FROM crowd)");
    // A table of a few rows is read from end to end, once autovacuum has counted them.
    sql("INSERT INTO seat_pools (id, event_id, position, name, capacity, available) "
        "SELECT gen_random_uuid(), id, 1, 'Pool', 5, 5 FROM events");
    sql("INSERT INTO ticket_types (id, event_id, pool_id, position, name) "
        "SELECT gen_random_uuid(), event_id, id, 1, 'Type' FROM seat_pools");
    sql(R"(INSERT INTO webhooks (id, user_id, url, types, secret, created_at, updated_at)
      SELECT gen_random_uuid(), id, 'https://a.example/', '{booking.confirmed}', sha256(''), now(), now() FROM crowd)");
    sql("UPDATE notifications SET unposted = untold");
    // A crowd waits for one of them.
    sql(R"(INSERT INTO webhook_deliveries (id, webhook_id, type, body, state, due_at, created_at, updated_at)
      SELECT gen_random_uuid(), id, 'booking.confirmed', '{}', CASE WHEN n = 1 THEN 'waiting' ELSE 'delivered' END,
        CASE WHEN n = 1 THEN now() END, now() - i * interval '1 s', now()
      FROM (SELECT id, row_number() OVER () AS n FROM webhooks) AS w, generate_series(1, 20) AS i
      UNION ALL SELECT gen_random_uuid(), (SELECT min(id::text)::uuid FROM webhooks), 'booking.confirmed', '{}', 'waiting', now(),
        now(), now() FROM generate_series(1, 5000))");
    insert_to_do();
    // All of them: what autovacuum may have counted by then is not left to the host's speed.
    sql("VACUUM ANALYZE");
  }

  // What is carried out bit by bit, next year: no test finds any of it due.
  static void insert_to_do() {
    sql(R"(INSERT INTO bulk_changes (event_id, kind, until_seq, told, decided_at, due_at, done_at)
      SELECT id, 'tell_moved', 1, true, now(), now() + interval '1 year', CASE WHEN left(id::text, 2) <> '00' THEN now() END
      FROM events ON CONFLICT DO NOTHING)");
    sql("INSERT INTO announcements (id, event_id, kind, audience, hours_before, created_at, due_at) "
        "SELECT gen_random_uuid(), id, 'reminder', 'confirmed', 1, now(), now() + interval '1 year' FROM events "
        "ON CONFLICT DO NOTHING");
    sql("INSERT INTO doors SELECT id, sha256(''), 'none', 240, now() FROM events ON CONFLICT DO NOTHING");
    sql("INSERT INTO tickets (booking_id, number) SELECT id, 1 FROM bookings ON CONFLICT DO NOTHING");
    sql("INSERT INTO checkins (id, event_id, booking_id, number, result, user_id, nonce, scanned_at, created_at) "
        "SELECT gen_random_uuid(), event_id, id, 1, 'already_in', user_id, id::text, now(), now() FROM bookings "
        "ON CONFLICT DO NOTHING");
    sql("INSERT INTO erasures SELECT id, now(), now() + interval '1 year' FROM crowd");
    sql("INSERT INTO deleted_users SELECT gen_random_uuid(), now() - interval '1 year' FROM crowd");
    sql("INSERT INTO dead_letters (shard, stream_id, command_id, command, error, attempts, died_at) "
        "SELECT 0, id, id, '{}', 'poison', 1, now() FROM crowd");
    sql("INSERT INTO event_news (event_id) SELECT gen_random_uuid() FROM crowd");
  }

  // Everybody waits for the one event; many hold or held seats of others; the one user holds a seat of a thousand.
  void insert_bookings() const {
    const std::string insert =
        "INSERT INTO bookings (id, event_id, user_id, state, seq, slot, created_at, updated_at, cancelled_at) ";
    sql(insert + R"(SELECT gen_random_uuid(), $1, id, 'waitlisted', row_number() OVER (), 1, now(), now(), NULL
      FROM crowd)",
        event.str());
    sql("UPDATE events SET available_tickets = 0, waiting_list_count = 2000 WHERE id = $1", event.str());
    sql(insert + R"(SELECT gen_random_uuid(), e.id, u.id, CASE WHEN u.n % 2 = 0 THEN 'confirmed' ELSE 'cancelled' END,
        u.n, 1, now(), now(), CASE WHEN u.n % 2 = 1 THEN now() END
      FROM (SELECT id, row_number() OVER () AS n FROM crowd) AS u,
        (SELECT id FROM events WHERE title LIKE 'Night%' LIMIT 20) AS e)");
    sql(insert + R"(SELECT gen_random_uuid(), id, $1, 'confirmed', 20000, 1, created_at, now(), NULL
      FROM events WHERE title LIKE 'Night%' LIMIT 1000)",
        user.str());
  }
};

}  // namespace ticketd::tests
