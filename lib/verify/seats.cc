#include <array>

#include "storage/live.h"
#include "storage/waiting_list.h"
#include "verify/checks.h"

namespace ticketd::verify {
namespace {

// All of them count rows; the counters are only ever compared with that, never believed.
// Those who wait, without those whose line was closed.
#define WAITING                                                                              \
  "bookings WHERE state = 'waitlisted' AND seq >= (SELECT line_closed_before FROM events e " \
  "WHERE e.id = event_id AND e.state <> 'cancelled')"
// Will the worker come to booking `b` of event `e` with that change?
#define IS_TO_DO(kind)                                                             \
  "EXISTS (SELECT FROM bulk_changes c WHERE c.event_id = e.id AND c.kind = '" kind \
  "' "                                                                             \
  "AND c.done_at IS NULL AND b.seq > c.after_seq)"

// Every pool with its numbers: of an event without pools of its own those of its row.
#define POOLS                                                                                                       \
  "(SELECT e.id AS event_id, e.id AS pool_id, e.total_tickets AS capacity, 0 AS held_back, e.available_tickets AS " \
  "available, e.waiting_list_count AS entries, e.waiting_more AS more, e.served_past, e.saved, e.max_skips, "       \
  "e.edition, e.state, e.line_closed_before FROM events e WHERE e.edition < 4 UNION ALL "                           \
  "SELECT e.id, p.id, p.capacity, p.held_back, p.available, p.waiting_entries, p.waiting_more, p.served_past, "     \
  "p.saved, e.max_skips, e.edition, e.state, e.line_closed_before FROM seat_pools p JOIN events e ON e.id = "       \
  "p.event_id)"
// Does booking `b` belong to pool `p`?
#define IN_POOL(b, p) b ".event_id = " p ".event_id AND " LINE_OF(b) " = " p ".pool_id"

constexpr std::array kChecks = {
    Check{"available_tickets",
          "available_tickets is not total_tickets less what is held back and the confirmed bookings", R"(
  SELECT e.id::text AS id, format('event %s: available_tickets is %s, the bookings leave %s', e.id, e.available_tickets,
                                  e.total_tickets - e.held_back - coalesce(b.confirmed, 0)) AS detail
  FROM events e
  LEFT JOIN (SELECT event_id, sum(quantity) AS confirmed FROM bookings WHERE state = 'confirmed'
             GROUP BY event_id) AS b ON b.event_id = e.id AND e.state <> 'cancelled'
  WHERE e.available_tickets <> e.total_tickets - e.held_back - coalesce(b.confirmed, 0))"},

    Check{"pools", "the numbers of an event are not the sums of its pools", R"(
  SELECT e.id::text AS id, format('event %s has %s seats, %s of them free, %s held back and %s saved, %s entries that wait for %s more; '
                                  'its pools have %s, %s, %s, %s, %s, %s', e.id, e.total_tickets, e.available_tickets, e.held_back,
                                  e.saved_tickets, e.waiting_list_count, e.waiting_more, coalesce(p.capacity, 0), coalesce(p.available, 0),
                                  coalesce(p.held_back, 0), coalesce(p.saved, 0), coalesce(p.entries, 0), coalesce(p.more, 0)) AS detail
  FROM events e LEFT JOIN (SELECT event_id, sum(capacity) AS capacity, sum(available) AS available, sum(waiting_entries) AS entries,
                                  sum(waiting_more) AS more, sum(held_back) AS held_back,
                                  coalesce(sum(available) FILTER (WHERE saved), 0) AS saved
                           FROM seat_pools GROUP BY event_id) AS p ON p.event_id = e.id
  WHERE (e.edition < 4 AND (p.event_id IS NOT NULL OR e.held_back <> 0 OR e.saved_tickets <> 0))
     OR (e.edition > 3 AND (e.total_tickets, e.available_tickets, e.held_back, e.saved_tickets, e.waiting_list_count, e.waiting_more)
           IS DISTINCT FROM (p.capacity, p.available, p.held_back, p.saved, p.entries, p.more)))"},

    Check{"pool_counts", "the numbers of a pool are not those of its bookings", R"(
  SELECT p.id::text AS id, format('pool %s: %s of %s seats are free, %s entries wait for %s more; by its bookings %s, %s, %s', p.id,
                                  p.available, p.capacity, p.waiting_entries, p.waiting_more,
                                  p.capacity - p.held_back - coalesce(b.taken, 0), coalesce(b.entries, 0), coalesce(b.more, 0)) AS detail
  FROM seat_pools p JOIN events e ON e.id = p.event_id
  LEFT JOIN (SELECT e.id, )" LINE_OF("b") R"( AS pool, sum(b.quantity) FILTER (WHERE b.state = 'confirmed') AS taken,
                    count(*) FILTER (WHERE b.state = 'waitlisted') AS entries,
                    sum(b.quantity - 1) FILTER (WHERE b.state = 'waitlisted') AS more
             FROM events e JOIN bookings b ON b.event_id = e.id
             WHERE e.edition > 3 AND e.state <> 'cancelled' AND (b.state = 'confirmed' OR b.state = 'waitlisted' AND b.seq >= e.line_closed_before)
             GROUP BY 1, 2) AS b ON b.id = p.event_id AND b.pool = p.id
  WHERE (p.available, p.waiting_entries, p.waiting_more) IS DISTINCT FROM
        ((p.capacity - p.held_back - coalesce(b.taken, 0))::integer, coalesce(b.entries, 0)::integer, coalesce(b.more, 0)::integer))"},

    Check{"ticket_type_counts", "the numbers of a ticket type are not those of its bookings", R"(
  SELECT t.id::text AS id, format('ticket type %s counts %s live tickets, %s of them waited for; by its bookings %s and %s', t.id,
                                  t.live_tickets, t.waiting_tickets, coalesce(b.live, 0), coalesce(b.waiting, 0)) AS detail
  FROM ticket_types t
  LEFT JOIN (SELECT coalesce(b.ticket_type_id, b.event_id) AS type, sum(b.quantity) AS live,
                    sum(b.quantity) FILTER (WHERE b.state = 'waitlisted') AS waiting
             FROM events e JOIN bookings b ON b.event_id = e.id
             WHERE e.edition > 3 AND e.state <> 'cancelled' AND (b.state = 'confirmed' OR b.state = 'waitlisted' AND b.seq >= e.line_closed_before)
             GROUP BY 1) AS b ON b.type = t.id
  WHERE (t.live_tickets, t.waiting_tickets) IS DISTINCT FROM (coalesce(b.live, 0)::integer, coalesce(b.waiting, 0)::integer))"},

    Check{"pool_of_booking",
          "a live booking names a pool or a ticket type that is not its event's, or a type of another pool",
          R"(
  SELECT b.id::text AS id, format('booking %s of event %s is of pool %s and ticket type %s', b.id, e.id, )" LINE_OF("b") R"(,
                                  coalesce(b.ticket_type_id, b.event_id)) AS detail
  FROM events e JOIN bookings b ON b.event_id = e.id
  LEFT JOIN ticket_types t ON t.id = coalesce(b.ticket_type_id, b.event_id) AND t.event_id = e.id AND t.pool_id = )" LINE_OF(
              "b") R"(
  WHERE (e.edition > 3 AND t.id IS NULL OR e.edition < 4 AND (b.pool_id IS NOT NULL OR b.ticket_type_id IS NOT NULL))
    AND b.state IN )" LIVE_STATES R"( AND e.state <> 'cancelled')"},

    Check{"waiting_list_count", "waiting_list_count is not the number of waiting bookings", R"(
  SELECT e.id::text AS id, format('event %s: waiting_list_count is %s, %s are waiting', e.id, e.waiting_list_count,
                                  coalesce(b.waiting, 0)) AS detail
  FROM events e LEFT JOIN (SELECT event_id, count(*) AS waiting FROM )" WAITING R"(
                           GROUP BY event_id) AS b ON b.event_id = e.id
  WHERE e.waiting_list_count <> coalesce(b.waiting, 0))"},

    Check{"waiting_more", "waiting_more is not the number of tickets that those who wait want beyond one each", R"(
  SELECT e.id::text AS id, format('event %s: waiting_more is %s, the bookings make it %s', e.id, e.waiting_more,
                                  coalesce(b.more, 0)) AS detail
  FROM events e LEFT JOIN (SELECT event_id, sum(quantity - 1) AS more FROM )" WAITING R"(
                           GROUP BY event_id) AS b ON b.event_id = e.id
  WHERE e.waiting_more <> coalesce(b.more, 0))"},

    Check{"waiting_blocks", "a block of the line does not count those who wait in it",
          R"(
  SELECT coalesce(k.event_id, b.event_id)::text AS id,
         format('event %s: the block from seq %s on counts %s for %s more tickets, %s are waiting for %s more',
                coalesce(k.event_id, b.event_id), coalesce(k.block, b.block), coalesce(k.waiting, 0), coalesce(k.more, 0),
                coalesce(b.waiting, 0), coalesce(b.more, 0)) AS detail
  FROM waiting_blocks k
  FULL JOIN (SELECT )" LINE_OF(
              "bookings") R"( AS event_id, line_block(seq) AS block, count(*) AS waiting, sum(quantity - 1) AS more
             FROM bookings WHERE state = 'waitlisted' GROUP BY 1, 2) AS b ON b.event_id = k.event_id AND b.block = k.block
  WHERE (k.waiting, k.more) IS DISTINCT FROM (b.waiting, b.more))"},

    Check{"oversold", "more tickets are booked than there are",
          R"(
  SELECT p.pool_id::text AS id, format('event %s: %s of %s tickets of pool %s are booked', p.event_id, b.confirmed, p.capacity,
                                       p.pool_id) AS detail
  FROM )" POOLS R"( AS p JOIN (SELECT event_id, )" LINE_OF(
              "bookings") R"( AS pool_id, sum(quantity) AS confirmed FROM bookings
                              WHERE state = 'confirmed' GROUP BY 1, 2) AS b USING (event_id, pool_id)
  WHERE b.confirmed > p.capacity)"},

    Check{"idle_seat", "a seat is free while somebody is waiting", R"(
  SELECT e.id::text AS id, format('event %s: %s of %s tickets are taken, and %s people wait', e.id, b.confirmed,
                                  e.total_tickets, b.waiting) AS detail
  FROM events e JOIN (SELECT event_id, count(*) FILTER (WHERE state = 'confirmed') AS confirmed,
                             count(*) FILTER (WHERE state = 'waitlisted'
                               AND seq >= (SELECT line_closed_before FROM events WHERE id = event_id)) AS waiting
                      FROM bookings WHERE state IN )" LIVE_STATES R"(
                      GROUP BY event_id) AS b ON b.event_id = e.id
  WHERE b.waiting > 0 AND b.confirmed < e.total_tickets AND e.state = 'open' AND e.edition = 1)"},

    // Whom so many free seats serve: an entry from before there were groups wants one.
    Check{"not_settled", "free seats would serve somebody who waits, and are not saved", R"(
  SELECT p.event_id::text AS id, format('event %s: %s tickets of pool %s are free, and booking %s waits for %s', p.event_id,
                                        p.available, p.pool_id, b.id, b.quantity) AS detail
  FROM )" POOLS R"( AS p JOIN bookings b ON )" IN_POOL("b", "p") R"(
  WHERE p.edition > 1 AND p.state = 'open' AND p.available > 0 AND NOT p.saved AND b.state = 'waitlisted'
    AND b.seq >= p.line_closed_before AND coalesce(b.fits_from, 1) <= p.available)"},

    Check{"saved", "seats are saved for somebody whom not enough others passed",
          R"(
  SELECT p.event_id::text AS id, format('event %s: %s tickets of pool %s are saved, the first of the line was passed %s of %s times',
                                        p.event_id, p.available, p.pool_id, passed.times, p.max_skips) AS detail
  FROM )" POOLS R"( AS p
  CROSS JOIN LATERAL (SELECT count(*) AS times FROM unnest(p.served_past) AS seq
                      WHERE seq > (SELECT min(b.seq) FROM bookings b WHERE )" IN_POOL(
              "b", "p") R"( AND b.state = 'waitlisted'
                                     AND b.seq >= p.line_closed_before)) AS passed
  WHERE p.saved AND passed.times < p.max_skips)"},

    Check{"served_past", "a booking counts as served past others, and was not served",
          R"(
  SELECT p.event_id::text AS id, format('event %s, pool %s: seq %s', p.event_id, p.pool_id, past.seq) AS detail
  FROM )" POOLS R"( AS p CROSS JOIN LATERAL unnest(p.served_past) AS past (seq)
  WHERE NOT EXISTS (SELECT FROM bookings b WHERE )" IN_POOL(
              "b", "p") R"( AND b.seq = past.seq AND b.state IN ('confirmed', 'cancelled')))"},

    // One that was cancelled after its promotion was promoted too early as well.
    Check{"overtaken", "a booking was promoted although somebody before it is still waiting", R"(
  SELECT b.id::text AS id, format('booking %s of event %s was promoted with seq %s, seq %s is still waiting', b.id,
                                  b.event_id, b.seq, line.first) AS detail
  FROM (SELECT event_id, min(seq) AS first FROM )" WAITING R"( GROUP BY event_id) AS line
  JOIN bookings b ON b.event_id = line.event_id AND b.seq > line.first AND b.promoted_at IS NOT NULL
  JOIN events e ON e.id = b.event_id AND e.edition = 1)"},

    Check{"jumped_the_line", "a booking got a seat at once although somebody before it is still waiting", R"(
  SELECT b.id::text AS id, format('booking %s of event %s was confirmed with seq %s, seq %s is still waiting', b.id,
                                  b.event_id, b.seq, line.first) AS detail
  FROM (SELECT event_id, min(seq) AS first FROM )" WAITING R"( GROUP BY event_id) AS line
  JOIN bookings b ON b.event_id = line.event_id AND b.seq > line.first AND b.state = 'confirmed' AND b.promoted_at IS NULL
  JOIN events e ON e.id = b.event_id AND e.edition = 1)"},

    // An earlier release knows nothing of deadlines, and leaves that of a booking as it is which went with its event.
    Check{"held", "seats are held of an event whose edition knows nothing of that, or of a booking that has none", R"(
  SELECT b.id::text AS id, format('booking %s of event %s is %s and held until %s, the event has edition %s', b.id, e.id, b.state,
                                  b.held_until, e.edition) AS detail
  FROM bookings b JOIN events e ON e.id = b.event_id
  WHERE b.held_until IS NOT NULL AND b.state <> 'cancelled' AND (b.state <> 'confirmed' OR e.edition < 3))"},

    Check{"overdue", "seats are held for longer than a minute after their deadline",
          R"(
  SELECT b.id::text AS id, format('booking %s of event %s has %s tickets that were held until %s', b.id, e.id, b.quantity, )" DEADLINE(
              "b", "e") R"() AS detail
  FROM bookings b JOIN events e ON e.id = b.event_id
  WHERE )" IS_OVERDUE("b", "e", "now() - interval '1 minute'") " AND e.state = 'open'"},

    Check{"next_seq", "next_seq was given out already", R"(
  SELECT e.id::text AS id, format('event %s: next_seq is %s, a booking has seq %s', e.id, e.next_seq, b.last) AS detail
  FROM events e JOIN (SELECT event_id, max(seq) AS last FROM bookings GROUP BY event_id) AS b ON b.event_id = e.id
  WHERE e.next_seq <= b.last)"},

    Check{"cancelled_event", "a booking of a deleted event is live", R"(
  SELECT b.id::text AS id, format('booking %s of event %s is %s, the event was deleted', b.id, e.id, b.state) AS detail
  FROM events e JOIN bookings b ON b.event_id = e.id
  WHERE e.state = 'cancelled' AND b.state IN )" LIVE_STATES R"( AND NOT )" IS_TO_DO("cancel_all") R"()"},

    Check{"left_waiting", "a booking still waits in a line that was closed", R"(
  SELECT b.id::text AS id, format('booking %s of event %s is waiting with seq %s, the line was closed before %s', b.id, e.id,
                                  b.seq, e.line_closed_before) AS detail
  FROM events e JOIN bookings b ON b.event_id = e.id
  WHERE e.line_closed_before > 0 AND b.state = 'waitlisted' AND b.seq < e.line_closed_before AND e.state <> 'cancelled'
    AND NOT )" IS_TO_DO("close_line") R"()"},
};

}  // namespace

std::span<const Check> seat_checks() { return kChecks; }

}  // namespace ticketd::verify
