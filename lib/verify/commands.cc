#include <array>

#include "verify/checks.h"

namespace ticketd::verify {
namespace {

// The rest of a wish of which a part was served is no booking that a command made; it stands right behind that part.
// A refused booking has its row, but the command does not name it: the two have user, event and time in common.
constexpr std::array kChecks = {
    Check{"booking_without_command", "no command made this booking", R"(
  SELECT b.id::text AS id, format('booking %s of event %s is %s', b.id, b.event_id, b.state) AS detail
  FROM bookings b
  WHERE b.state <> 'rejected' AND NOT EXISTS (SELECT FROM commands c WHERE c.booking_id = b.id AND c.kind = 'book')
    AND NOT EXISTS (SELECT FROM bookings part JOIN events e ON e.id = part.event_id
                    WHERE part.event_id = b.event_id AND part.seq = b.seq - 1 AND part.user_id = b.user_id AND e.edition > 1)
  UNION ALL
  SELECT b.id::text, format('booking %s of event %s is rejected', b.id, b.event_id)
  FROM bookings b
  WHERE b.state = 'rejected'
    AND NOT EXISTS (SELECT FROM commands c WHERE c.user_id = b.user_id AND c.event_id = b.event_id
                      AND c.accepted_at = b.created_at AND c.kind = 'book' AND c.outcome = 'rejected'))"},

    Check{"command_without_booking", "a command says that it made a booking, and the booking is not there or another's",
          R"(
  SELECT c.id::text AS id, CASE WHEN b.id IS NULL THEN format('command %s made booking %s, which is missing', c.id, c.booking_id)
                                ELSE format('command %s made booking %s of another person or event', c.id, b.id) END AS detail
  FROM commands c LEFT JOIN bookings b ON b.id = c.booking_id
  WHERE c.kind = 'book' AND c.outcome IN ('confirmed', 'waitlisted', 'held')
    AND (b.id IS NULL OR b.user_id <> c.user_id OR b.event_id <> c.event_id)
  UNION ALL
  SELECT c.id::text, format('command %s was rejected, and its rejected booking is missing', c.id)
  FROM commands c
  WHERE c.kind = 'book' AND c.outcome = 'rejected' AND c.reason <> 'event_not_found'
    AND NOT EXISTS (SELECT FROM bookings b WHERE b.user_id = c.user_id AND b.event_id = c.event_id
                      AND b.created_at = c.accepted_at AND b.state = 'rejected'))"},

    Check{"outcome", "a booking is in a state that its command's outcome cannot lead to", R"(
  SELECT c.id::text AS id, format('command %s ended as %s, its booking %s is %s%s', c.id, c.outcome, b.id, b.state,
                                  CASE WHEN b.promoted_at IS NOT NULL THEN ' and promoted' END) AS detail
  FROM commands c JOIN bookings b ON b.id = c.booking_id
  WHERE c.kind = 'book' AND c.outcome IN ('confirmed', 'waitlisted', 'held')
    AND (b.state = 'rejected'
         OR (c.outcome IN ('confirmed', 'held') AND (b.state = 'waitlisted' OR b.promoted_at IS NOT NULL))
         OR (c.outcome = 'confirmed' AND (b.held_until IS NOT NULL OR b.reason = 'offer_expired'))
         OR (c.outcome = 'waitlisted' AND b.state = 'confirmed' AND b.promoted_at IS NULL)))"},

    Check{"not_cancelled", "a command says that it cancelled a booking, and the booking is not there or not cancelled",
          R"(
  SELECT c.id::text AS id, format('command %s cancelled booking %s, which is %s', c.id, c.booking_id,
                                  coalesce(b.state, 'missing')) AS detail
  FROM commands c LEFT JOIN bookings b ON b.id = c.booking_id
  WHERE c.kind = 'cancel' AND c.outcome = 'cancelled' AND (b.id IS NULL OR b.state <> 'cancelled' OR b.user_id <> c.user_id))"},

    // Whose yes counts may have changed since, and who organises the event.
    Check{"not_confirmed", "a command says that it confirmed held seats, and the booking is not there or still held",
          R"(
  SELECT c.id::text AS id, format('command %s confirmed booking %s, which is %s%s', c.id, c.booking_id, coalesce(b.state, 'missing'),
                                  CASE WHEN b.held_until IS NOT NULL THEN ' and held' END) AS detail
  FROM commands c LEFT JOIN bookings b ON b.id = c.booking_id
  WHERE c.kind = 'confirm' AND c.outcome = 'confirmed_held'
    AND (b.id IS NULL OR b.event_id <> c.event_id OR b.state NOT IN ('confirmed', 'cancelled') OR b.held_until IS NOT NULL
         OR b.reason = 'offer_expired'))"},

    Check{"confirmed_by_nobody", "a booking whose seats were held is confirmed, and no command did it", R"(
  SELECT b.id::text AS id, format('booking %s of event %s', b.id, b.event_id) AS detail
  FROM (SELECT booking_id FROM commands WHERE kind = 'book' AND outcome = 'held'
        UNION SELECT booking_id FROM notifications WHERE kind = 'offered') AS held
  JOIN bookings b ON b.id = held.booking_id
  WHERE b.state = 'confirmed' AND b.held_until IS NULL
    AND NOT EXISTS (SELECT FROM commands c WHERE c.booking_id = b.id AND c.kind = 'confirm' AND c.outcome = 'confirmed_held'))"},

    Check{"cancelled_by_nobody", "a booking of an open event is cancelled, and no command did it", R"(
  SELECT b.id::text AS id, format('booking %s of event %s', b.id, b.event_id) AS detail
  FROM bookings b JOIN events e ON e.id = b.event_id
  WHERE b.state = 'cancelled' AND e.state <> 'cancelled'
    AND (b.reason IS DISTINCT FROM 'line_closed' OR b.seq >= e.line_closed_before) AND b.reason IS DISTINCT FROM 'never_fits'
    AND b.reason IS DISTINCT FROM 'offer_expired'
    AND NOT EXISTS (SELECT FROM commands c WHERE c.booking_id = b.id AND c.kind = 'cancel'))"},
};

}  // namespace

std::span<const Check> command_checks() { return kChecks; }

}  // namespace ticketd::verify
