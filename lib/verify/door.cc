#include <array>

#include "verify/checks.h"

namespace ticketd::verify {
namespace {

constexpr std::array kChecks = {
    // Of a deleted event the bookings end, also those with which somebody was in already.
    Check{"admitted_without_ticket", "somebody was admitted with a ticket that its booking does not have", R"(
  SELECT t.booking_id::text AS id, format('ticket %s of booking %s (%s) of event %s', t.number, b.id, b.state, e.id) AS detail
  FROM tickets t JOIN bookings b ON b.id = t.booking_id JOIN events e ON e.id = b.event_id
  WHERE t.admitted_at IS NOT NULL AND e.state <> 'cancelled'
    AND (b.state <> 'confirmed' OR b.held_until IS NOT NULL OR NOT has_ticket(t.number, b.quantity, b.given_back)))"},

    Check{"admissions", "a ticket and the check-ins with it do not agree about who was admitted", R"(
  SELECT coalesce(t.booking_id, c.booking_id)::text AS id,
    format('ticket %s of booking %s: admitted by %s, and the check-in that counts is %s', coalesce(t.number, c.number),
           coalesce(t.booking_id, c.booking_id), coalesce(t.admission::text, 'none'), coalesce(c.id::text, 'none')) AS detail
  FROM (SELECT * FROM tickets WHERE admission IS NOT NULL) AS t
    FULL JOIN (SELECT * FROM checkins WHERE result = 'admitted' AND undone_at IS NULL) AS c
      ON c.booking_id = t.booking_id AND c.number = t.number
  WHERE t.admission IS DISTINCT FROM c.id)"},

    Check{"admits", "an event admitted somebody, and a worker would not look for it", R"(
  SELECT e.id::text AS id, format('event %s', e.id) AS detail FROM events e
  WHERE NOT e.admits AND EXISTS (SELECT FROM bookings b JOIN tickets t ON t.booking_id = b.id
                                 WHERE b.event_id = e.id AND t.admitted_at IS NOT NULL))"},
};

}  // namespace

std::span<const Check> door_checks() { return kChecks; }

}  // namespace ticketd::verify
