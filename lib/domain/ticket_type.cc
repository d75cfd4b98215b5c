#include "domain/ticket_type.h"

#include <array>

#include "domain/names.h"

namespace ticketd::domain {
namespace {

constexpr std::array<std::string_view, kTypeVisibilities> kVisibilities = {"public", "hidden", "code"};
constexpr std::array<std::string_view, 2> kReleaseTo = {"line", "public"};

}  // namespace

std::string_view name_of(TypeVisibility visibility) { return kVisibilities.at(static_cast<std::size_t>(visibility)); }

std::optional<TypeVisibility> parse_type_visibility(std::string_view name) {
  return value_of<TypeVisibility>(kVisibilities, name);
}

std::string_view name_of(ReleaseTo whom) { return kReleaseTo.at(static_cast<std::size_t>(whom)); }

std::optional<ReleaseTo> parse_release_to(std::string_view name) { return value_of<ReleaseTo>(kReleaseTo, name); }

void apply(const TicketTypeChanges& changes, TicketType& type) {
  type.pool = changes.pool.value_or(type.pool);
  type.position = changes.position.value_or(type.position);
  type.limit = changes.limit.value_or(type.limit);
  type.sales.start = changes.sales_start.value_or(type.sales.start);
  type.sales.end = changes.sales_end.value_or(type.sales.end);
  type.max_per_booking = changes.max_per_booking.value_or(type.max_per_booking);
  type.visibility = changes.visibility.value_or(type.visibility);
  type.archived = changes.archived.value_or(type.archived);
}

}  // namespace ticketd::domain
