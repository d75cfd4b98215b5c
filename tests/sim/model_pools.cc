// The model's pools and ticket types: what somebody books, when it is sold, and what the owner makes of them.
#include <algorithm>
#include <tuple>

#include "sim/model.h"

namespace ticketd::sim {

using domain::Command;
using State = Model::Row::State;

namespace {

constexpr std::size_t kPools = 20;
constexpr std::size_t kTypes = 50;
constexpr int kSeats = 1'000'000;

// What is said takes the place of what was, also where nothing is said to be there any more.
template <class T>
void set(const domain::Change<T>& change, std::optional<T>& value) {
  if (change) value = *change;
}

std::string not_within(std::optional<Time> start, std::optional<Time> end, Time now) {
  if (start && now < *start) return "sale_not_started";
  return end && now >= *end ? "sale_ended" : "";
}

}  // namespace

int Model::capacity() const {
  int n = 0;
  for (const auto& pool : event_.pools) n += pool.capacity;
  return n;
}

const Model::Pool& Model::pool(PoolId id) const {
  return *std::find_if(event_.pools.begin(), event_.pools.end(), [&](const Pool& it) { return it.id == id; });
}

int Model::free_seats(PoolId id) const { return pool(id).capacity - pool(id).held_back - taken(id); }

int Model::waiting_in_all() const {
  int n = 0;
  for (const auto& pool : event_.pools) n += waiting_entries(pool.id);
  return n;
}

int Model::live_tickets(TicketTypeId type) const {
  int n = 0;
  for (const auto& row : rows_) n += row.type == type && row.state != State::gone ? row.quantity : 0;
  return n;
}

int Model::waiting_tickets(TicketTypeId type) const {
  int n = 0;
  for (const auto& row : rows_) n += row.type == type && row.state == State::waiting ? row.quantity : 0;
  return n;
}

Model::Pool* Model::find_pool(PoolId id) {
  for (auto& pool : event_.pools) {
    if (pool.id == id) return &pool;
  }
  return nullptr;
}

const Model::Type* Model::find_type(TicketTypeId id) const {
  for (const auto& type : event_.types) {
    if (type.id == id) return &type;
  }
  return nullptr;
}

const Model::Type* Model::bookable(std::optional<TicketTypeId> named) const {
  for (const auto& type : event_.types) {
    const bool is_meant = named ? type.id == *named : type.visibility == domain::TypeVisibility::listed;
    if (is_meant && !type.archived) return &type;
  }
  return nullptr;
}

// First by the event's window, then by the type's own.
std::string Model::not_sold(const Type& type, Time now) const {
  const auto reason = not_within(event_.sales_start, event_.sales_end, now);
  return reason.empty() ? not_within(type.sales_start, type.sales_end, now) : reason;
}

void Model::need_edition(int edition) { event_.edition = std::max(event_.edition, edition); }

std::string Model::set_pool(const Command& command, const domain::SetPool& wish) {
  if (command.user != event_.owner) return "rejected not_event_owner";
  if (event_.deleted) return "rejected event_cancelled";
  const auto* there = find_pool(wish.pool);
  if (there == nullptr && event_.pools.size() == kPools) return "rejected too_many";
  const auto before = there != nullptr ? *there : Pool{.id = wish.pool, .capacity = 0};
  const int capacity = wish.changes.capacity.value_or(before.capacity_to_be());
  const int held_back = wish.changes.held_back.value_or(before.held_back);
  int seats = capacity;
  for (const auto& pool : event_.pools) seats += pool.id == wish.pool ? 0 : pool.capacity_to_be();
  if (capacity - held_back < taken(wish.pool)) return "rejected capacity_below_confirmed";
  if (seats > kSeats) return "rejected too_many";
  const bool to_everybody = wish.changes.to == domain::ReleaseTo::everybody;
  if (to_everybody && waiting_entries(wish.pool) > 0 && !line_is_over(command.accepted_at))
    return "rejected line_not_empty";
  if (there == nullptr) event_.pools.push_back(before);
  auto& pool = *find_pool(wish.pool);
  if (wish.changes.capacity || wish.changes.held_back) {
    set_seats(pool, capacity, held_back);
    if (!line_is_over(command.accepted_at)) end_misfits(pool);
  }
  need_edition(4);
  settle(command.accepted_at);
  return "updated";
}

std::string Model::set_type(const Command& command, const domain::SetTicketType& wish) {
  if (command.user != event_.owner) return "rejected not_event_owner";
  if (event_.deleted) return "rejected event_cancelled";
  const auto* there = find_type(wish.type);
  if (there == nullptr && event_.types.size() == kTypes) return "rejected too_many";
  auto type = there != nullptr ? *there : Type{.id = wish.type, .pool = event_.pools.front().id};
  const auto& changes = wish.changes;
  if (changes.pool && find_pool(*changes.pool) == nullptr) return "rejected pool_not_found";
  if (changes.pool && *changes.pool != type.pool && live_tickets(type.id) > 0) return "rejected type_has_bookings";
  type.pool = changes.pool.value_or(type.pool);
  type.position = changes.position.value_or(type.position);
  set(changes.limit, type.limit);
  set(changes.sales_start, type.sales_start);
  set(changes.sales_end, type.sales_end);
  set(changes.max_per_booking, type.max_per_booking);
  type.visibility = changes.visibility.value_or(type.visibility);
  type.archived = changes.archived.value_or(type.archived);
  if (type.sales_start && type.sales_end && *type.sales_end <= *type.sales_start) return "rejected ends_before_start";
  std::erase_if(event_.types, [&](const Type& it) { return it.id == type.id; });
  event_.types.push_back(type);
  std::sort(event_.types.begin(), event_.types.end(),
            [](const Type& a, const Type& b) { return std::tie(a.position, a.id) < std::tie(b.position, b.id); });
  need_edition(4);
  return "updated";
}

}  // namespace ticketd::sim
