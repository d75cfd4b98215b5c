#include "evidence.h"

#include <set>

#include "accepted_log.h"
#include "lab.h"
#include "postgres/rows.h"
#include "support/stack_database.h"

namespace ticketd::torture {
namespace {

std::string text(const pqxx::field& field) { return field.is_null() ? "" : field.as<std::string>(); }

std::string events_array(const Evidence& evidence) {
  std::vector<std::string> ids;
  for (const auto& event : evidence.planned) ids.push_back(event.id);
  return e2e::array_of(ids);
}

}  // namespace

void load_tables(pqxx::transaction_base& tx, Evidence& evidence) {
  const auto events = events_array(evidence);
  evidence.commands.clear();
  evidence.bookings.clear();
  evidence.notifications.clear();
  evidence.expiries.clear();
  evidence.events.clear();
  for (const auto& row : postgres::execute(
           tx,
           "SELECT id, kind, user_id, event_id, state, outcome, reason, booking_id, xmin::text::bigint FROM commands "
           "WHERE event_id = ANY ($1::uuid[])",
           events)) {
    evidence.commands.push_back({text(row[0]), text(row[1]), text(row[2]), text(row[3]), text(row[4]), text(row[5]),
                                 text(row[6]), text(row[7]), row[8].as<std::int64_t>()});
  }
  for (const auto& row :
       postgres::execute(tx,
                         "SELECT id, event_id, user_id, state, coalesce(seq, 0), promoted_at IS NOT "
                         "NULL, quantity, CASE WHEN state = 'confirmed' THEN epoch_ms(held_until) END, "
                         "coalesce(pool_id, event_id) FROM bookings WHERE event_id "
                         "= ANY ($1::uuid[]) ORDER BY event_id, seq",
                         events)) {
    evidence.bookings.push_back({text(row[0]), text(row[1]), text(row[2]), text(row[3]), row[4].as<std::int64_t>(),
                                 row[5].as<bool>(), row[6].as<int>(), postgres::optional_time(row[7]), text(row[8])});
  }
  for (const auto& row : postgres::execute(
           tx,
           "SELECT id, event_id, xmin::text::bigint, epoch_ms(cancelled_at) FROM bookings WHERE event_id = ANY "
           "($1::uuid[]) AND state = 'cancelled' AND reason = 'offer_expired'",
           events)) {
    evidence.expiries.push_back({text(row[0]), text(row[1]), row[2].as<std::int64_t>(), postgres::time_of(row[3])});
  }
  for (const auto& row : postgres::execute(
           tx,
           "SELECT id, user_id, event_id, booking_id, kind, message, xmin::text::bigint FROM notifications "
           "WHERE event_id = ANY ($1::uuid[])",
           events)) {
    evidence.notifications.push_back({text(row[0]), text(row[1]), text(row[2]), text(row[3]), text(row[4]),
                                      text(row[5]), row[6].as<std::int64_t>()});
  }
  for (const auto& row : postgres::execute(tx,
                                           "SELECT id, user_id, state, total_tickets, available_tickets, "
                                           "waiting_list_count, max_per_user, waiting_more, "
                                           "edition, held_back FROM events WHERE id = ANY ($1::uuid[])",
                                           events)) {
    evidence.events.push_back({text(row[0]), text(row[1]), text(row[2]), row[3].as<int>(), row[4].as<int>(),
                               row[5].as<int>(), row[6].as<int>(), row[7].as<int>(), row[8].as<int>(),
                               row[9].as<int>()});
  }
  evidence.dead_letters = tx.exec("SELECT count(*) FROM dead_letters")[0][0].as<std::int64_t>();
}

void load_queue(Evidence& evidence) {
  auto redis = connect_queue();
  evidence.queued = queue_depth(*redis);
  evidence.leftover = keys_like(*redis, "ticketd:pending:*");
  std::set<std::string> ours;
  for (const auto& event : evidence.planned) ours.insert(event.id);
  evidence.accepted.clear();
  for (auto& command : read_accepted_log()) {
    if (ours.contains(command.event.str())) evidence.accepted.push_back(std::move(command));
  }
}

}  // namespace ticketd::torture
