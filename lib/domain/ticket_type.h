// What a person picks of an event: "Adult", "Member". A ticket type has no seats of its own, but those of its pool.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/uuid.h"
#include "domain/event_rules.h"

namespace ticketd::domain {

constexpr int kPoolsMax = 20;  // of an event
constexpr int kTicketTypesMax = 50;
constexpr int kSeatsMax = 1'000'000;  // of all pools together

// Who finds a type: everybody; whoever has its id; or whoever has the id and its access code.
enum class TypeVisibility { listed, hidden, code };
constexpr std::size_t kTypeVisibilities = 3;
// public, hidden and code, on the wire and in the column ticket_types.visibility.
std::string_view name_of(TypeVisibility visibility);
// Empty for what is called otherwise.
std::optional<TypeVisibility> parse_type_visibility(std::string_view name);

struct TicketType {
  TicketTypeId id;  // of the unnamed one of an event that was made without: the event's
  PoolId pool;
  int position = 0;               // among the event's types, which are listed by it
  std::optional<int> limit = {};  // live tickets, those that are waited for with them
  SalesWindow sales = {};
  std::optional<int> max_per_booking = {};
  TypeVisibility visibility = TypeVisibility::listed;
  bool archived = false;  // nobody books it any more
  int live = 0;           // tickets that are confirmed, held or waited for
  int waiting = 0;        // of these

  [[nodiscard]] bool has_room_for(int tickets) const { return !limit || live + tickets <= *limit; }
};

// Empty: it stays as it is. Holds nothing: it is taken away.
template <class T>
using Change = std::optional<std::optional<T>>;

// What its owner may change, and says of a new one.
struct TicketTypeChanges {
  std::optional<PoolId> pool = {};
  std::optional<std::string> name = {};
  Change<std::string> description = {};
  Change<std::string> price_label = {};
  Change<int> limit = {};
  Change<Time> sales_start = {};
  Change<Time> sales_end = {};
  Change<int> max_per_booking = {};
  std::optional<TypeVisibility> visibility = {};
  std::optional<std::string> access_code_hash = {};
  std::optional<int> position = {};
  std::optional<bool> archived = {};

  bool operator==(const TicketTypeChanges&) const = default;
};

// All but what it is called and its code: those decide nothing.
void apply(const TicketTypeChanges& changes, TicketType& type);

// Where seats go that were held back: to who waits, or to whoever comes.
enum class ReleaseTo { line, everybody };
// line and public.
std::string_view name_of(ReleaseTo whom);
std::optional<ReleaseTo> parse_release_to(std::string_view name);

// Of a pool of seats.
struct PoolChanges {
  std::optional<std::string> name = {};
  std::optional<int> capacity = {};
  std::optional<int> held_back = {};
  ReleaseTo to = ReleaseTo::line;

  bool operator==(const PoolChanges&) const = default;
};

}  // namespace ticketd::domain
