#include <array>

#include "verify/checks.h"

namespace ticketd::verify {
namespace {

constexpr std::array kChecks = {
    // A failed command may be one of somebody who does not exist; the others cannot.
    Check{"untold_outcome", "a command was decided, and its person was not told", R"(
  SELECT c.id::text AS id, format('command %s (%s) ended as %s, and person %s was not told', c.id, c.kind, c.outcome, c.user_id)
           AS detail
  FROM commands c
  WHERE NOT EXISTS (SELECT FROM notifications n
                    WHERE n.user_id = c.user_id AND n.created_at = c.accepted_at
                      AND n.kind = CASE WHEN c.outcome = 'confirmed' THEN 'booked' WHEN c.outcome = 'deleted' THEN 'event_deleted'
                                      WHEN c.outcome = 'shrunk' OR (c.outcome = 'updated' AND c.kind = 'update_booking')
                                        THEN 'booking_changed'
                                      WHEN c.outcome = 'confirmed_held' THEN 'confirmed'
                                      WHEN c.outcome = 'updated' THEN 'event_updated' ELSE c.outcome END
                      AND (c.booking_id IS NULL OR n.booking_id = c.booking_id))
    AND EXISTS (SELECT FROM users u WHERE u.id = c.user_id))"},

    Check{"untold_promotion", "a booking was promoted, and its person was not told", R"(
  SELECT b.id::text AS id, format('booking %s of event %s', b.id, b.event_id) AS detail
  FROM bookings b
  WHERE b.promoted_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM notifications n WHERE n.booking_id = b.id AND n.kind IN ('promoted', 'offered')
                                                  AND n.user_id = b.user_id))"},

    // Those that no cancel command names were live when the event was deleted.
    Check{"untold_deletion", "a booking went with its deleted event, and its person was not told", R"(
  SELECT b.id::text AS id, format('booking %s of event %s', b.id, b.event_id) AS detail
  FROM events e JOIN bookings b ON b.event_id = e.id
  WHERE e.state = 'cancelled' AND b.state = 'cancelled' AND b.reason IS NULL
    AND NOT EXISTS (SELECT FROM commands c WHERE c.booking_id = b.id AND c.kind = 'cancel')
    AND NOT EXISTS (SELECT FROM notifications n WHERE n.booking_id = b.id AND n.kind = 'event_deleted'
                                                  AND n.user_id = b.user_id))"},

    Check{"untold_closing", "a booking ended with its waiting list, and its person was not told", R"(
  SELECT b.id::text AS id, format('booking %s of event %s', b.id, b.event_id) AS detail
  FROM bulk_changes c JOIN bookings b ON b.event_id = c.event_id AND b.cancelled_at = c.decided_at
  WHERE c.kind = 'close_line' AND c.told AND b.reason = 'line_closed'
    AND NOT EXISTS (SELECT FROM notifications n WHERE n.booking_id = b.id AND n.kind = 'line_closed'
                                                  AND n.user_id = b.user_id))"},

    Check{"untold_misfit", "a booking ended because the event became too small for it, and its person was not told", R"(
  SELECT b.id::text AS id, format('booking %s of event %s', b.id, b.event_id) AS detail
  FROM bookings b
  WHERE b.state = 'cancelled' AND b.reason = 'never_fits'
    AND NOT EXISTS (SELECT FROM notifications n WHERE n.booking_id = b.id AND n.kind = 'never_fits' AND n.user_id = b.user_id))"},

    Check{"untold_expiry", "held seats were not confirmed in time, and their person was not told", R"(
  SELECT b.id::text AS id, format('booking %s of event %s', b.id, b.event_id) AS detail
  FROM bookings b
  WHERE b.state = 'cancelled' AND b.reason = 'offer_expired'
    AND NOT EXISTS (SELECT FROM notifications n WHERE n.booking_id = b.id AND n.kind = 'expired' AND n.user_id = b.user_id))"},

    Check{"dead_letter",
          "a dead letter's command is not failed: a retry was broken off, `ticketctl dead retry` ends it", R"(
  SELECT d.command_id::text AS id, format('command %s of entry %s/%s: %s', d.command_id, d.shard, d.stream_id,
                                          CASE WHEN c.id IS NULL THEN 'it is neither decided nor failed' ELSE 'it took effect' END) AS detail
  FROM dead_letters d LEFT JOIN public.commands c ON c.id = d.command_id
  WHERE d.command_id IS NOT NULL AND c.state IS DISTINCT FROM 'failed')"},
};

}  // namespace

std::span<const Check> message_checks() { return kChecks; }

}  // namespace ticketd::verify
