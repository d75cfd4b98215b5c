#include "storage/event_rows.h"

#include "domain/message.h"
#include "postgres/array_parameter.h"
#include "storage/events.h"
#include "storage/live.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const Statement kUpdateCounters{"update_event_counters", R"(
  UPDATE events SET state = e.state, total_tickets = e.total, available_tickets = e.available, waiting_list_count = e.waiting,
    max_per_user = e.max_per_user, next_seq = e.next_seq, updated_at = $8
  FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::bigint[])
    AS e (id, state, total, available, waiting, max_per_user, next_seq)
  WHERE events.id = e.id)"};

// gen_random_uuid: these ids come by the thousand and are not known before the statement runs.
const Statement kCancelAll{"cancel_all_bookings", R"(
  WITH gone AS (
    UPDATE bookings SET state = 'cancelled', updated_at = $2, cancelled_at = $2
    WHERE event_id = $1 AND state IN )" LIVE_STATES R"( RETURNING id, user_id)
  INSERT INTO notifications (id, user_id, event_id, booking_id, kind, message, created_at, updated_at)
  SELECT gen_random_uuid(), user_id, $1, id, $3, $4, $2, $2 FROM gone)"};

void update_counters(pqxx::work& tx, const LoadedBatch& batch, std::span<const domain::BatchFact> facts,
                     const std::string& now) {
  std::unordered_set<EventId> changed;
  for (const auto& [command, title, fact] : facts) {
    if (changes_event(fact)) changed.insert(command->event);
  }
  if (changed.empty()) return;
  ArrayParameter<EventId> ids;
  ArrayParameter<std::string_view> states;
  ArrayParameter<int> totals, available, waiting, limits;
  ArrayParameter<std::int64_t> next_seqs;
  for (const auto& id : changed) {
    const auto& event = batch.events.at(id);
    ids.add(id);
    states.add(event.status == domain::EventStatus::open ? "open" : "cancelled");
    totals.add(event.total_tickets);
    available.add(event.available_tickets);
    waiting.add(event.waiting_count);
    limits.add(event.max_per_user);
    next_seqs.add(event.next_seq);
  }
  run(tx, kUpdateCounters, ids.binary(), states.binary(), totals.binary(), available.binary(), waiting.binary(),
      limits.binary(), next_seqs.binary(), now);
}

}  // namespace

void update_event_rows(pqxx::work& tx, const LoadedBatch& batch, std::span<const domain::BatchFact> facts, Time now) {
  const auto at = format_time(now);
  update_counters(tx, batch, facts, at);
  for (const auto& [command, title, fact] : facts) {
    if (std::holds_alternative<domain::EventUpdated>(fact))
      update_event_fields(tx, command->event, std::get<domain::UpdateEvent>(command->action).changes, now);
    if (!std::holds_alternative<domain::EventDeleted>(fact)) continue;
    const auto message = domain::event_deleted_message(title);
    run(tx, kCancelAll, command->event.str(), at, std::string(name_of(message.kind)), message.text);
  }
}

}  // namespace ticketd::storage
