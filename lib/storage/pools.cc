#include "storage/pools.h"

#include <sodium.h>

#include <array>

#include "base/hex.h"
#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const Statement kFindPools{"find_pools", R"(
  SELECT id, name, capacity, held_back, available, saved, waiting_entries, waiting_more
  FROM seat_pools WHERE event_id = $1 ORDER BY position)"};

const Statement kFindTypes{"find_ticket_types", R"(
  SELECT id, pool_id, position, name, description, price_label, tickets_max, epoch_ms(sales_start) AS sales_start_ms,
         epoch_ms(sales_end) AS sales_end_ms, max_per_booking, visibility, access_code_hash, archived, live_tickets, waiting_tickets
  FROM ticket_types WHERE event_id = $1 ORDER BY position, id)"};

const Statement kInsertPool{"insert_pool", R"(
  INSERT INTO seat_pools (id, event_id, position, name, capacity, held_back, available)
  VALUES ($1, $2, $3, $4, $5, $6, $5::integer - $6::integer))"};

const Statement kInsertType{"insert_ticket_type", R"(
  INSERT INTO ticket_types (id, event_id, pool_id, position, name, description, price_label, tickets_max, sales_start, sales_end,
                            max_per_booking, visibility, access_code_hash, archived)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14))"};

Pool read_pool(const pqxx::row& row) {
  Pool pool;
  pool.id = id_of<PoolId>(row["id"]);
  pool.name = optional_text(row["name"]);
  pool.capacity = int_of(row["capacity"]);
  pool.held_back = int_of(row["held_back"]);
  pool.available = int_of(row["available"]);
  pool.saved = row["saved"].as<bool>();
  pool.waiting_entries = int_of(row["waiting_entries"]);
  pool.waiting_tickets = pool.waiting_entries + int_of(row["waiting_more"]);
  return pool;
}

TicketType read_whole_type(const pqxx::row& row) {
  TicketType type;
  read_type(row, type);
  type.name = optional_text(row["name"]);
  type.description = optional_text(row["description"]);
  type.price_label = optional_text(row["price_label"]);
  type.access_code_hash = optional_text(row["access_code_hash"]);
  return type;
}

}  // namespace

Pool pool_of(PoolId id, const domain::PoolChanges& said) {
  Pool pool;
  pool.id = id;
  pool.name = said.name;
  pool.capacity = said.capacity.value_or(0);
  pool.held_back = said.held_back.value_or(0);
  pool.available = pool.capacity - pool.held_back;
  return pool;
}

TicketType type_of(TicketTypeId id, const domain::TicketTypeChanges& said) {
  TicketType type;
  type.id = id;
  apply(said, type);
  type.name = said.name;
  type.description = said.description.value_or(std::nullopt);
  type.price_label = said.price_label.value_or(std::nullopt);
  type.access_code_hash = said.access_code_hash;
  return type;
}

void read_type(const pqxx::row& row, domain::TicketType& type) {
  type.id = id_of<TicketTypeId>(row["id"]);
  type.pool = id_of<PoolId>(row["pool_id"]);
  type.position = int_of(row["position"]);
  if (!row["tickets_max"].is_null()) type.limit = int_of(row["tickets_max"]);
  type.sales = {optional_time(row["sales_start_ms"]), optional_time(row["sales_end_ms"])};
  if (!row["max_per_booking"].is_null()) type.max_per_booking = int_of(row["max_per_booking"]);
  // What a later release calls otherwise is found by nobody.
  type.visibility = domain::parse_type_visibility(text_of(row["visibility"])).value_or(domain::TypeVisibility::code);
  type.archived = row["archived"].as<bool>();
  type.live = int_of(row["live_tickets"]);
  type.waiting = int_of(row["waiting_tickets"]);
}

PoolsAndTypes unnamed_pool_and_type(const Event& event) {
  PoolsAndTypes all;
  auto& pool = all.pools.emplace_back();
  pool.id = PoolId{event.id.uuid};
  pool.capacity = event.total_tickets;
  pool.available = event.available_tickets;
  pool.saved = event.saved_until.has_value();
  pool.waiting_entries = event.waiting_list_count;
  pool.waiting_tickets = event.waiting_tickets;
  auto& type = all.types.emplace_back();
  type.id = TicketTypeId{event.id.uuid};
  type.pool = pool.id;
  return all;
}

std::optional<EventDetails> find_event_details(pqxx::transaction_base& tx, EventId id) {
  auto event = find_event(tx, id);
  if (!event) return std::nullopt;
  auto all = find_pools_and_types(tx, *event);
  return EventDetails{*std::move(event), std::move(all)};
}

std::string access_code_hash(TicketTypeId type, std::string_view code) {
  const auto& id = type.uuid.bytes;
  std::array<std::uint8_t, crypto_generichash_BYTES> hash{};
  // The key makes the same code of two types two hashes.
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(code.data()), code.size(),
                     id.data(), id.size());
  return hex_of(hash);
}

PoolsAndTypes find_pools_and_types(pqxx::transaction_base& tx, const Event& event) {
  if (event.edition < domain::kEditionOfPools) return unnamed_pool_and_type(event);
  return {list_of(run(tx, kFindPools, event.id.str()), read_pool),
          list_of(run(tx, kFindTypes, event.id.str()), read_whole_type)};
}

void insert_pools_and_types(pqxx::transaction_base& tx, EventId event, const PoolsAndTypes& all) {
  int position = 0;
  for (const auto& pool : all.pools)
    run(tx, kInsertPool, pool.id.str(), event.str(), position++, or_null(pool.name), pool.capacity, pool.held_back);
  for (const auto& type : all.types) {
    const auto sales_start = format_time(type.sales.start);
    const auto sales_end = format_time(type.sales.end);
    run(tx, kInsertType, type.id.str(), event.str(), type.pool.str(), type.position, or_null(type.name),
        or_null(type.description), or_null(type.price_label), type.limit, or_null(sales_start), or_null(sales_end),
        type.max_per_booking, std::string(name_of(type.visibility)), or_null(type.access_code_hash), type.archived);
  }
}

}  // namespace ticketd::storage
