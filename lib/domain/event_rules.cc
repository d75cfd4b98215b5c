#include "domain/event_rules.h"

#include <array>

#include "domain/names.h"

namespace ticketd::domain {
namespace {

constexpr std::array<std::string_view, 2> kConfirmedBy = {"attendee", "organiser"};
constexpr std::array<std::string_view, 2> kLineCloses = {"start", "end"};

}  // namespace

std::string_view name_of(ConfirmedBy whose) { return kConfirmedBy.at(static_cast<std::size_t>(whose)); }

std::optional<ConfirmedBy> parse_confirmed_by(std::string_view name) {
  return value_of<ConfirmedBy>(kConfirmedBy, name);
}

std::string_view name_of(LineCloses when) { return kLineCloses.at(static_cast<std::size_t>(when)); }

std::optional<LineCloses> parse_line_closes(std::string_view name) { return value_of<LineCloses>(kLineCloses, name); }

void apply(const RuleChanges& changes, EventRules& rules) {
  rules.max_per_user = changes.max_per_user.value_or(rules.max_per_user);
  rules.max_per_booking = changes.max_per_booking.value_or(rules.max_per_booking);
  rules.max_skips = changes.max_skips.value_or(rules.max_skips);
  rules.saving_stops_hours = changes.saving_stops_hours.value_or(rules.saving_stops_hours);
  rules.hold_minutes = changes.hold_minutes.value_or(rules.hold_minutes);
  rules.offer_minutes = changes.offer_minutes.value_or(rules.offer_minutes);
  rules.offer_stops_minutes = changes.offer_stops_minutes.value_or(rules.offer_stops_minutes);
  rules.confirmed_by = changes.confirmed_by.value_or(rules.confirmed_by);
  rules.line_closes = changes.line_closes.value_or(rules.line_closes);
  rules.sales = changes.sales.value_or(rules.sales);
}

}  // namespace ticketd::domain
