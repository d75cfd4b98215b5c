// The seat pools and ticket types of events, as people see them. What an event made without has is read from its own
// row: one of each, called nothing, with the event's id.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ticket_type.h"
#include "storage/events.h"

namespace ticketd::storage {

struct Pool {
  PoolId id;
  std::optional<std::string> name = {};
  int capacity = 0;
  int held_back = 0;
  int available = 0;  // free, be they saved or not
  bool saved = false;
  int waiting_entries = 0;
  int waiting_tickets = 0;
};

struct TicketType : domain::TicketType {
  std::optional<std::string> name = {};
  std::optional<std::string> description = {};
  std::optional<std::string> price_label = {};
  std::optional<std::string> access_code_hash = {};
};

struct PoolsAndTypes {
  std::vector<Pool> pools;  // both by position
  std::vector<TicketType> types;
};

// What a decision goes by, of a row of `ticket_types` with its times as sales_start_ms and sales_end_ms.
void read_type(const pqxx::row& row, domain::TicketType& type);

// The pool or type with that id; null if there is none.
template <class Item>
const Item* find_by_id(const std::vector<Item>& items, const decltype(Item::id)& id) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const auto& it) { return it.id == id; });
  return found == items.end() ? nullptr : &*found;
}

// New ones, as their owner says.
Pool pool_of(PoolId id, const domain::PoolChanges& said);
TicketType type_of(TicketTypeId id, const domain::TicketTypeChanges& said);

struct EventDetails : Event, PoolsAndTypes {};

// Empty if there is none.
std::optional<EventDetails> find_event_details(pqxx::transaction_base& tx, EventId id);

// What an event has that names neither.
PoolsAndTypes unnamed_pool_and_type(const Event& event);

// Of an event that there is.
PoolsAndTypes find_pools_and_types(pqxx::transaction_base& tx, const Event& event);

// What is stored of a type's access code, which is stored nowhere: hexadecimal.
std::string access_code_hash(TicketTypeId type, std::string_view code);

// Of a new event, whose edition is domain::kEditionOfPools. Their numbers of waiting and live tickets are not looked
// at.
void insert_pools_and_types(pqxx::transaction_base& tx, EventId event, const PoolsAndTypes& all);

}  // namespace ticketd::storage
