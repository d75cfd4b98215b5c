#include "storage/event_rows.h"

#include "postgres/array_parameter.h"
#include "postgres/rows.h"
#include "storage/events.h"
#include "storage/pool_rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const Statement kUpdateCounters{"update_event_counters", R"(
  UPDATE events SET state = e.state, edition = e.edition, total_tickets = e.total, growing_to = e.growing_to,
    growing_at = CASE WHEN e.growing_to IS NOT NULL THEN e.total END, misfits = e.misfits, available_tickets = e.available,
    saved = e.saved, waiting_list_count = e.waiting, waiting_more = e.waiting_more, served_past = e.served_past::bigint[],
    next_seq = e.next_seq, line_closed_before = e.line_closed_before, held_back = e.held_back, saved_tickets = e.saved_tickets,
    updated_at = $1
  FROM unnest($2::uuid[], $3::text[], $4::int[], $5::int[], $6::int[], $7::boolean[], $8::int[], $9::boolean[], $10::int[],
              $11::int[], $12::text[], $13::bigint[], $14::bigint[], $15::int[], $16::int[])
    AS e (id, state, edition, total, growing_to, misfits, available, saved, waiting, waiting_more, served_past, next_seq,
          line_closed_before, held_back, saved_tickets)
  WHERE events.id = e.id)"};

const Statement kUpdateRules{"update_event_rules", R"(
  UPDATE events SET max_per_user = $2, max_per_booking = $3, max_skips = $4, saving_stops_hours = $5, hold_minutes = $6,
    offer_minutes = $7, offer_stops_minutes = $8, confirmed_by = $9, line_closes = $10, sales_start = $11, sales_end = $12
  WHERE id = $1)"};

// What its row says: of an event with pools of its own the sums. Each pool has its own skips.
domain::SeatPool sum_of(const domain::EventState& event) {
  if (event.edition < domain::kEditionOfPools) return event.pools.front();
  domain::SeatPool sum;
  for (const auto& pool : event.pools) {
    sum.capacity += pool.capacity;
    sum.held_back += pool.held_back;
    sum.available += pool.available;
    sum.waiting_entries += pool.waiting_entries;
    sum.waiting_tickets += pool.waiting_tickets;
    sum.has_misfits = sum.has_misfits || pool.has_misfits;
    sum.saved = sum.saved || pool.saved;
  }
  if (event.seats_to_be() > sum.capacity) sum.growing_to = event.seats_to_be();
  return sum;
}

// Of an event without pools of its own whoever reads it sees them by `saved` and what is available.
int saved_tickets_of(const domain::EventState& event) {
  int saved = 0;
  if (event.edition < domain::kEditionOfPools) return saved;
  for (const auto& pool : event.pools) saved += pool.saved ? pool.available : 0;
  return saved;
}

struct EventColumns {
  ArrayParameter<EventId> ids;
  ArrayParameter<std::string_view> states, served_past;
  ArrayParameter<int> editions, totals, growing_to, available, waiting, waiting_more, held_back, saved_tickets;
  ArrayParameter<bool> misfits, saved;
  ArrayParameter<std::int64_t> next_seqs, closed_before;

  void add(const domain::EventState& event) {
    const auto pool = sum_of(event);
    ids.add(event.id);
    states.add(name_of(event.status));
    editions.add(event.edition);
    totals.add(pool.capacity);
    growing_to.add(pool.growing_to);
    misfits.add(pool.has_misfits);
    available.add(pool.available);
    saved.add(pool.saved);
    waiting.add(pool.waiting_entries);
    waiting_more.add(pool.waiting_tickets - pool.waiting_entries);
    const auto seqs = array_text(pool.served_past);
    seqs.empty() ? served_past.add_null() : served_past.add(seqs);
    next_seqs.add(event.next_seq);
    closed_before.add(event.line_closed_before);
    held_back.add(pool.held_back);
    saved_tickets.add(saved_tickets_of(event));
  }
};

void update_counters(pqxx::work& tx, const LoadedBatch& batch, const std::unordered_set<EventId>& changed,
                     const std::string& now) {
  if (changed.empty()) return;
  EventColumns columns;
  for (const auto& id : changed) columns.add(batch.events.at(id));
  run(tx, kUpdateCounters, now, columns.ids.binary(), columns.states.binary(), columns.editions.binary(),
      columns.totals.binary(), columns.growing_to.binary(), columns.misfits.binary(), columns.available.binary(),
      columns.saved.binary(), columns.waiting.binary(), columns.waiting_more.binary(), columns.served_past.binary(),
      columns.next_seqs.binary(), columns.closed_before.binary(), columns.held_back.binary(),
      columns.saved_tickets.binary());
}

void update_rules(pqxx::work& tx, const domain::EventState& event) {
  const auto sales_start = format_time(event.sales.start);
  const auto sales_end = format_time(event.sales.end);
  run(tx, kUpdateRules, event.id.str(), event.max_per_user, event.max_per_booking, event.max_skips,
      event.saving_stops_hours, event.hold_minutes, event.offer_minutes, event.offer_stops_minutes,
      std::string(name_of(event.confirmed_by)), std::string(name_of(event.line_closes)), or_null(sales_start),
      or_null(sales_end));
}

}  // namespace

void update_event_rows(pqxx::work& tx, const LoadedBatch& batch, std::span<const domain::BatchFact> facts, Time now) {
  const auto at = format_time(now);
  std::unordered_set<EventId> changed;
  for (const auto& [command, title, fact] : facts) {
    if (changes_event(fact)) changed.insert(command->event);
  }
  update_counters(tx, batch, changed, at);
  for (const auto& [command, title, fact] : facts) {
    const auto* update = std::get_if<domain::UpdateEvent>(&command->action);
    if (update == nullptr || !std::holds_alternative<domain::EventUpdated>(fact)) continue;
    update_rules(tx, batch.events.at(command->event));
    update_event_fields(tx, command->event, update->changes, now);
  }
  update_pool_rows(tx, batch, changed, facts);
}

}  // namespace ticketd::storage
