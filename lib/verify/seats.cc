#include <array>

#include "storage/live.h"
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

constexpr std::array kChecks = {
    Check{"available_tickets", "available_tickets is not total_tickets less the confirmed bookings", R"(
  SELECT e.id::text AS id, format('event %s: available_tickets is %s, the bookings leave %s', e.id, e.available_tickets,
                                  e.total_tickets - coalesce(b.confirmed, 0)) AS detail
  FROM events e LEFT JOIN (SELECT event_id, sum(quantity) AS confirmed FROM bookings WHERE state = 'confirmed'
                           GROUP BY event_id) AS b ON b.event_id = e.id AND e.state <> 'cancelled'
  WHERE e.available_tickets <> e.total_tickets - coalesce(b.confirmed, 0))"},

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

    Check{"waiting_blocks", "a block of the line does not count those who wait in it", R"(
  SELECT coalesce(k.event_id, b.event_id)::text AS id,
         format('event %s: the block from seq %s on counts %s for %s more tickets, %s are waiting for %s more',
                coalesce(k.event_id, b.event_id), coalesce(k.block, b.block), coalesce(k.waiting, 0), coalesce(k.more, 0),
                coalesce(b.waiting, 0), coalesce(b.more, 0)) AS detail
  FROM waiting_blocks k
  FULL JOIN (SELECT event_id, line_block(seq) AS block, count(*) AS waiting, sum(quantity - 1) AS more
             FROM bookings WHERE state = 'waitlisted' GROUP BY 1, 2) AS b ON b.event_id = k.event_id AND b.block = k.block
  WHERE (k.waiting, k.more) IS DISTINCT FROM (b.waiting, b.more))"},

    Check{"oversold", "more tickets are booked than there are", R"(
  SELECT e.id::text AS id, format('event %s: %s of %s tickets are booked', e.id, b.confirmed, e.total_tickets) AS detail
  FROM events e JOIN (SELECT event_id, sum(quantity) AS confirmed FROM bookings WHERE state = 'confirmed'
                      GROUP BY event_id) AS b ON b.event_id = e.id
  WHERE b.confirmed > e.total_tickets)"},

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
  SELECT e.id::text AS id, format('event %s: %s tickets are free, and booking %s waits for %s', e.id, e.available_tickets,
                                  b.id, b.quantity) AS detail
  FROM events e JOIN bookings b ON b.event_id = e.id
  WHERE e.edition > 1 AND e.state = 'open' AND e.available_tickets > 0 AND NOT e.saved AND b.state = 'waitlisted'
    AND b.seq >= e.line_closed_before AND coalesce(b.fits_from, 1) <= e.available_tickets)"},

    Check{"saved", "seats are saved for somebody whom not enough others passed", R"(
  SELECT e.id::text AS id, format('event %s: %s tickets are saved, the first of the line was passed %s of %s times', e.id,
                                  e.available_tickets, passed.times, e.max_skips) AS detail
  FROM events e
  CROSS JOIN LATERAL (SELECT count(*) AS times FROM unnest(e.served_past) AS seq
                      WHERE seq > (SELECT min(b.seq) FROM bookings b WHERE b.event_id = e.id AND b.state = 'waitlisted'
                                     AND b.seq >= e.line_closed_before)) AS passed
  WHERE e.saved AND passed.times < e.max_skips)"},

    Check{"served_past", "a booking counts as served past others, and was not served", R"(
  SELECT e.id::text AS id, format('event %s: seq %s', e.id, past.seq) AS detail
  FROM events e CROSS JOIN LATERAL unnest(e.served_past) AS past (seq)
  WHERE NOT EXISTS (SELECT FROM bookings b WHERE b.event_id = e.id AND b.seq = past.seq AND b.state IN ('confirmed', 'cancelled')))"},

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
