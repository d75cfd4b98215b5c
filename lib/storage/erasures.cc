#include "storage/erasures.h"

#include "postgres/array_parameter.h"
#include "postgres/rows.h"
#include "storage/live.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

// What erasure `x` finds at the time $1. Of an event that goes as a whole the bookings go along; and who waits in a
// line that has closed waits no more. Somebody who was admitted stays: it is all the same to those who wait.
#define HELD                                                                                                           \
  "(SELECT e.id AS event_id, NULL::uuid AS booking_id FROM events e WHERE e.user_id = x.user_id AND e.state = 'open' " \
  "AND e.end_date_time > $1 UNION ALL "                                                                                \
  "SELECT b.event_id, b.id FROM bookings b JOIN events e ON e.id = b.event_id WHERE b.user_id = x.user_id "            \
  "AND b.state IN " LIVE_STATES                                                                                        \
  " AND e.state = 'open' AND e.end_date_time > $1 AND e.user_id <> x.user_id "                                         \
  "AND NOT EXISTS (SELECT FROM tickets t WHERE t.booking_id = b.id AND t.admitted_at IS NOT NULL) "                    \
  "AND NOT " IS_LEFT_WAITING("b", "e", "$1::timestamptz") ") AS held"

const Statement kList{"list_erased_holdings",
                      "SELECT x.user_id, held.event_id, held.booking_id FROM erasures x, LATERAL " HELD
                      " WHERE x.due_at <= $1 AND shard_of(held.event_id, $2) = ANY ($3::int[]) "
                      "ORDER BY x.due_at, x.user_id LIMIT 50"};

// Whoever holds nothing: the pause is at least a second, and at most an hour, for a dead letter may be retried, and an
// event be moved.
const Statement kPause{"pause_erasures", R"(
  WITH idle AS MATERIALIZED (
      SELECT user_id, requested_at < $1::timestamptz - interval '30 days' AS is_old
      FROM erasures AS x WHERE due_at <= $1 AND NOT EXISTS (SELECT FROM )" HELD R"()),
    ended AS (DELETE FROM erasures WHERE user_id = ANY (ARRAY(SELECT user_id FROM idle WHERE is_old)))
  UPDATE erasures
  SET due_at = $1::timestamptz + least(greatest($1::timestamptz - requested_at, interval '1 second'), interval '1 hour')
  WHERE user_id = ANY (ARRAY(SELECT user_id FROM idle WHERE NOT is_old)))"};

const Statement kDelay{"delay_erasure",
                       "UPDATE erasures SET due_at = $2::timestamptz + interval '1 minute' WHERE user_id = $1"};

domain::Command command_of(const pqxx::row& row, Time at) {
  domain::Command command;
  command.user = id_of<UserId>(row["user_id"]);
  command.event = id_of<EventId>(row["event_id"]);
  command.accepted_at = at;
  if (const auto booking = optional_id<BookingId>(row["booking_id"])) {
    command.action = domain::Cancel{*booking};
  } else {
    command.action = domain::DeleteEvent{};
  }
  return command;
}

}  // namespace

std::vector<domain::Command> list_erased_holdings(pqxx::transaction_base& tx, const std::set<int>& owned, int shards,
                                                  Time at) {
  return list_of(run(tx, kList, format_time(at), shards, array_of(owned)),
                 [&](const pqxx::row& row) { return command_of(row, at); });
}

void delay_erasure(pqxx::transaction_base& tx, UserId user, Time now) { run(tx, kDelay, user.str(), format_time(now)); }

void update_erasures(pqxx::transaction_base& tx, Time now) { run(tx, kPause, format_time(now)); }

}  // namespace ticketd::storage
