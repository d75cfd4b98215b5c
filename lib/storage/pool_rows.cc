#include "storage/pool_rows.h"

#include <sstream>

#include "postgres/array_parameter.h"
#include "postgres/rows.h"
#include "storage/pools.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const Statement kLoadPools{"load_pools", R"(
  SELECT event_id, id, capacity, growing_to, held_back, available, waiting_entries, waiting_more,
         array_to_string(served_past, ' ') AS served_past, saved, misfits
  FROM seat_pools WHERE event_id = ANY ($1::uuid[]) ORDER BY event_id, position)"};

const Statement kLoadTypes{"load_ticket_types", R"(
  SELECT event_id, id, pool_id, position, tickets_max, epoch_ms(sales_start) AS sales_start_ms, epoch_ms(sales_end) AS sales_end_ms,
         max_per_booking, visibility, archived, live_tickets, waiting_tickets
  FROM ticket_types WHERE event_id = ANY ($1::uuid[]) ORDER BY event_id, position, id)"};

// An event's own pool is the one that those wait in who named none: until now.
const Statement kSavePools{"save_pools", R"(
  INSERT INTO seat_pools AS p (id, event_id, position, capacity, growing_to, held_back, available, waiting_entries, waiting_more,
                               served_past, saved, misfits, unnamed_before)
  SELECT n.id, n.event_id, n.position, n.capacity, n.growing_to, n.held_back, n.available, n.entries, n.more, n.served_past::bigint[],
         n.saved, n.misfits, CASE WHEN n.id = n.event_id THEN n.next_seq ELSE 0 END
  FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[], $9::int[], $10::text[],
              $11::boolean[], $12::boolean[], $13::bigint[])
    AS n (id, event_id, position, capacity, growing_to, held_back, available, entries, more, served_past, saved, misfits, next_seq)
  ON CONFLICT (id) DO UPDATE SET capacity = excluded.capacity, growing_to = excluded.growing_to, held_back = excluded.held_back,
    available = excluded.available, waiting_entries = excluded.waiting_entries, waiting_more = excluded.waiting_more,
    served_past = excluded.served_past, saved = excluded.saved, misfits = excluded.misfits
  WHERE (p.capacity, p.growing_to, p.held_back, p.available, p.waiting_entries, p.waiting_more, p.served_past, p.saved, p.misfits)
    IS DISTINCT FROM (excluded.capacity, excluded.growing_to, excluded.held_back, excluded.available, excluded.waiting_entries,
                      excluded.waiting_more, excluded.served_past, excluded.saved, excluded.misfits))"};

const Statement kSaveTypes{"save_ticket_types", R"(
  INSERT INTO ticket_types AS t (id, event_id, pool_id, position, tickets_max, sales_start, sales_end, max_per_booking, visibility,
                                 archived, live_tickets, waiting_tickets)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::int[], $6::timestamptz[], $7::timestamptz[], $8::smallint[],
                       $9::text[], $10::boolean[], $11::int[], $12::int[])
  ON CONFLICT (id) DO UPDATE SET pool_id = excluded.pool_id, position = excluded.position, tickets_max = excluded.tickets_max,
    sales_start = excluded.sales_start, sales_end = excluded.sales_end, max_per_booking = excluded.max_per_booking,
    visibility = excluded.visibility, archived = excluded.archived, live_tickets = excluded.live_tickets,
    waiting_tickets = excluded.waiting_tickets
  WHERE (t.pool_id, t.position, t.tickets_max, t.sales_start, t.sales_end, t.max_per_booking, t.visibility, t.archived,
         t.live_tickets, t.waiting_tickets)
    IS DISTINCT FROM (excluded.pool_id, excluded.position, excluded.tickets_max, excluded.sales_start, excluded.sales_end,
                      excluded.max_per_booking, excluded.visibility, excluded.archived, excluded.live_tickets,
                      excluded.waiting_tickets))"};

const Statement kNamePool{"name_pool", "UPDATE seat_pools SET name = $2 WHERE id = $1"};

const Statement kNameType{"name_ticket_type", R"(
  UPDATE ticket_types SET name = coalesce($2, name), description = CASE WHEN $3 THEN $4 ELSE description END,
    price_label = CASE WHEN $5 THEN $6 ELSE price_label END, access_code_hash = coalesce($7, access_code_hash)
  WHERE id = $1)"};

struct PoolColumns {
  ArrayParameter<PoolId> ids;
  ArrayParameter<EventId> events;
  ArrayParameter<std::int16_t> positions;
  ArrayParameter<int> capacities, growing_to, held_back, available, entries, more;
  ArrayParameter<std::string_view> served_past;
  ArrayParameter<bool> saved, misfits;
  ArrayParameter<std::int64_t> next_seqs;

  void add(const domain::EventState& event) {
    std::int16_t position = 0;
    for (const auto& pool : event.pools) {
      ids.add(pool.id);
      events.add(event.id);
      positions.add(position++);
      capacities.add(pool.capacity);
      growing_to.add(pool.growing_to);
      held_back.add(pool.held_back);
      available.add(pool.available);
      entries.add(pool.waiting_entries);
      more.add(pool.waiting_tickets - pool.waiting_entries);
      const auto seqs = array_text(pool.served_past);
      seqs.empty() ? served_past.add_null() : served_past.add(seqs);
      saved.add(pool.saved);
      misfits.add(pool.has_misfits);
      next_seqs.add(event.next_seq);
    }
  }
};

struct TypeColumns {
  ArrayParameter<TicketTypeId> ids;
  ArrayParameter<EventId> events;
  ArrayParameter<PoolId> pools;
  ArrayParameter<int> positions, limits, live, waiting;
  ArrayParameter<Time> starts, ends;
  ArrayParameter<std::int16_t> most;
  ArrayParameter<std::string_view> visibilities;
  ArrayParameter<bool> archived;

  void add(const domain::EventState& event) {
    for (const auto& type : event.types) {
      ids.add(type.id);
      events.add(event.id);
      pools.add(type.pool);
      positions.add(type.position);
      limits.add(type.limit);
      starts.add(type.sales.start);
      ends.add(type.sales.end);
      type.max_per_booking ? most.add(static_cast<std::int16_t>(*type.max_per_booking)) : most.add_null();
      visibilities.add(name_of(type.visibility));
      archived.add(type.archived);
      live.add(type.live);
      waiting.add(type.waiting);
    }
  }
};

std::optional<std::string> text_of(const domain::Change<std::string>& change) { return change.value_or(std::nullopt); }

void name_type(pqxx::work& tx, const domain::SetTicketType& set) {
  const auto& changes = set.changes;
  const auto description = text_of(changes.description);
  const auto price_label = text_of(changes.price_label);
  run(tx, kNameType, set.type.str(), or_null(changes.name), changes.description.has_value(), or_null(description),
      changes.price_label.has_value(), or_null(price_label), or_null(changes.access_code_hash));
}

domain::SeatPool pool_of(const pqxx::row& row) {
  domain::SeatPool pool;
  pool.id = id_of<PoolId>(row["id"]);
  pool.capacity = int_of(row["capacity"]);
  if (!row["growing_to"].is_null()) pool.growing_to = int_of(row["growing_to"]);
  pool.held_back = int_of(row["held_back"]);
  pool.available = int_of(row["available"]);
  pool.waiting_entries = int_of(row["waiting_entries"]);
  pool.waiting_tickets = pool.waiting_entries + int_of(row["waiting_more"]);
  pool.served_past = numbers_of(optional_text(row["served_past"]).value_or(""));
  pool.saved = row["saved"].as<bool>();
  pool.has_misfits = row["misfits"].as<bool>();
  return pool;
}

}  // namespace

std::vector<std::int64_t> numbers_of(const std::string& text) {
  std::vector<std::int64_t> numbers;
  std::istringstream words(text);
  for (std::int64_t number = 0; words >> number;) numbers.push_back(number);
  return numbers;
}

std::string array_text(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (const auto number : numbers) text += (text.empty() ? "{" : ",") + std::to_string(number);
  return text.empty() ? text : text + '}';
}

void update_pool_rows(pqxx::work& tx, const LoadedBatch& batch, const std::unordered_set<EventId>& changed,
                      std::span<const domain::BatchFact> facts) {
  PoolColumns pools;
  TypeColumns types;
  for (const auto& id : changed) {
    const auto& event = batch.events.at(id);
    if (event.edition < domain::kEditionOfPools) continue;
    pools.add(event);
    types.add(event);
  }
  if (pools.ids.empty()) return;
  run(tx, kSavePools, pools.ids.binary(), pools.events.binary(), pools.positions.binary(), pools.capacities.binary(),
      pools.growing_to.binary(), pools.held_back.binary(), pools.available.binary(), pools.entries.binary(),
      pools.more.binary(), pools.served_past.binary(), pools.saved.binary(), pools.misfits.binary(),
      pools.next_seqs.binary());
  run(tx, kSaveTypes, types.ids.binary(), types.events.binary(), types.pools.binary(), types.positions.binary(),
      types.limits.binary(), types.starts.binary(), types.ends.binary(), types.most.binary(),
      types.visibilities.binary(), types.archived.binary(), types.live.binary(), types.waiting.binary());
  for (const auto& [command, title, fact] : facts) {
    if (!std::holds_alternative<domain::EventUpdated>(fact)) continue;
    if (const auto* pool = std::get_if<domain::SetPool>(&command->action); pool != nullptr && pool->changes.name)
      run(tx, kNamePool, pool->pool.str(), *pool->changes.name);
    if (const auto* type = std::get_if<domain::SetTicketType>(&command->action)) name_type(tx, *type);
  }
}

void load_pool_rows(pqxx::work& tx, LoadedBatch& batch) {
  ArrayParameter<EventId> ids;
  for (auto& [id, event] : batch.events) {
    if (event.edition < domain::kEditionOfPools) continue;
    ids.add(id);
    event.pools.clear();
    event.types.clear();
  }
  if (ids.empty()) return;
  for (const auto& row : run(tx, kLoadPools, ids.binary()))
    batch.events.at(id_of<EventId>(row["event_id"])).pools.push_back(pool_of(row));
  for (const auto& row : run(tx, kLoadTypes, ids.binary()))
    read_type(row, batch.events.at(id_of<EventId>(row["event_id"])).types.emplace_back());
}

}  // namespace ticketd::storage
