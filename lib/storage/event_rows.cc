#include "storage/event_rows.h"

#include "postgres/array_parameter.h"
#include "storage/events.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const Statement kUpdateCounters{"update_event_counters", R"(
  UPDATE events SET state = e.state, total_tickets = e.total, growing_to = e.growing_to,
    growing_at = CASE WHEN e.growing_to IS NOT NULL THEN e.total END, available_tickets = e.available, waiting_list_count = e.waiting,
    max_per_user = e.max_per_user, next_seq = e.next_seq, line_closed_before = e.line_closed_before, updated_at = $9
  FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::bigint[], $8::bigint[], $10::int[])
    AS e (id, state, total, available, waiting, max_per_user, next_seq, line_closed_before, growing_to)
  WHERE events.id = e.id)"};

void update_counters(pqxx::work& tx, const LoadedBatch& batch, std::span<const domain::BatchFact> facts,
                     const std::string& now) {
  std::unordered_set<EventId> changed;
  for (const auto& [command, title, fact] : facts) {
    if (changes_event(fact)) changed.insert(command->event);
  }
  if (changed.empty()) return;
  ArrayParameter<EventId> ids;
  ArrayParameter<std::string_view> states;
  ArrayParameter<int> totals, growing_to, available, waiting, limits;
  ArrayParameter<std::int64_t> next_seqs, closed_before;
  for (const auto& id : changed) {
    const auto& event = batch.events.at(id);
    ids.add(id);
    states.add(name_of(event.status));
    totals.add(event.total_tickets);
    growing_to.add(event.growing_to);
    available.add(event.available_tickets);
    waiting.add(event.waiting_count);
    limits.add(event.max_per_user);
    next_seqs.add(event.next_seq);
    closed_before.add(event.line_closed_before);
  }
  run(tx, kUpdateCounters, ids.binary(), states.binary(), totals.binary(), available.binary(), waiting.binary(),
      limits.binary(), next_seqs.binary(), closed_before.binary(), now, growing_to.binary());
}

}  // namespace

void update_event_rows(pqxx::work& tx, const LoadedBatch& batch, std::span<const domain::BatchFact> facts, Time now) {
  const auto at = format_time(now);
  update_counters(tx, batch, facts, at);
  for (const auto& [command, title, fact] : facts) {
    if (std::holds_alternative<domain::EventUpdated>(fact))
      update_event_fields(tx, command->event, std::get<domain::UpdateEvent>(command->action).changes, now);
  }
}

}  // namespace ticketd::storage
