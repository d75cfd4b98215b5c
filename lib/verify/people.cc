#include <array>

#include "storage/live.h"
#include "verify/checks.h"

namespace ticketd::verify {
namespace {

constexpr std::array kChecks = {
    Check{"slot", "a live booking has a slot that does not exist", R"(
  SELECT id::text AS id, format('booking %s of event %s has slot %s', id, event_id, coalesce(slot::text, 'none')) AS detail
  FROM bookings WHERE state IN )" LIVE_STATES R"( AND (slot IS NULL OR slot NOT BETWEEN 1 AND 100))"},

    Check{"slot_taken_twice", "two live bookings of a person have the same slot of an event", R"(
  SELECT event_id::text AS id, format('event %s: person %s has %s live bookings with slot %s', event_id, user_id, count(*),
                                      slot) AS detail
  FROM bookings WHERE state IN )" LIVE_STATES R"( GROUP BY event_id, user_id, slot HAVING count(*) > 1)"},

    // A limit binds new bookings alone: where it was ever changed, more may be held than it allows now.
    Check{"over_the_limit", "a person holds more tickets of an event than its limit, which was never changed", R"(
  SELECT e.id::text AS id, format('event %s: person %s has %s tickets or waits for them, the limit is %s', e.id, b.user_id, b.held,
                                  e.max_per_user) AS detail
  FROM (SELECT event_id, user_id, sum(quantity) AS held FROM bookings WHERE state IN )" LIVE_STATES R"(
        GROUP BY event_id, user_id HAVING sum(quantity) > 1) AS b
  JOIN events e ON e.id = b.event_id
  WHERE b.held > e.max_per_user
    AND NOT EXISTS (SELECT FROM commands c WHERE c.event_id = e.id AND c.kind = 'update_event' AND c.outcome = 'updated'))"},
};

}  // namespace

std::span<const Check> person_checks() { return kChecks; }

}  // namespace ticketd::verify
