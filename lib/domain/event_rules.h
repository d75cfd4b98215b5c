// What an event's owner decides about its bookings, for all of its pools and ticket types.
#pragma once
#include <optional>
#include <string_view>

#include "base/time.h"

namespace ticketd::domain {

// The most tickets of a booking; more than one can wait for are never free while somebody waits.
constexpr int kQuantityMax = 100;

// Where the organiser says nothing:
constexpr int kMaxSkips = 3;
constexpr int kSavingStopsHours = 24;
constexpr int kOfferStopsMinutes = 120;

// Whose yes makes a held seat a confirmed one.
enum class ConfirmedBy { attendee, organiser };
std::string_view name_of(ConfirmedBy whose);
std::optional<ConfirmedBy> parse_confirmed_by(std::string_view name);

// Until when people wait for a seat: until the event starts, or until it ends.
enum class LineCloses { start, end };
std::string_view name_of(LineCloses when);
std::optional<LineCloses> parse_line_closes(std::string_view name);

// When something is sold. Without a start it is from the beginning, without an end until the event is over.
struct SalesWindow {
  std::optional<Time> start = {};
  std::optional<Time> end = {};

  [[nodiscard]] bool is_before(Time now) const { return start && now < *start; }
  [[nodiscard]] bool is_after(Time now) const { return end && now >= *end; }
  bool operator==(const SalesWindow&) const = default;
};

struct EventRules {
  int max_per_user = 1;                        // tickets, 1 to 100
  int max_per_booking = kQuantityMax;          // tickets, 1 to 100
  int max_skips = kMaxSkips;                   // so many are served past somebody who waits; 0 to 100
  int saving_stops_hours = kSavingStopsHours;  // before the start: from then on no seats are saved
  int hold_minutes = 0;   // whoever books has seats so long until they are confirmed; 0: they are at once
  int offer_minutes = 0;  // the same for those who are served from the line
  int offer_stops_minutes = kOfferStopsMinutes;  // before the start: from then on nobody is offered anything
  ConfirmedBy confirmed_by = ConfirmedBy::attendee;
  LineCloses line_closes = LineCloses::end;
  SalesWindow sales = {};  // for all types; each may have one of its own besides
};

// What is empty stays as it is.
struct RuleChanges {
  std::optional<int> max_per_user = {};
  std::optional<int> max_per_booking = {};
  std::optional<int> max_skips = {};
  std::optional<int> saving_stops_hours = {};
  std::optional<int> hold_minutes = {};
  std::optional<int> offer_minutes = {};
  std::optional<int> offer_stops_minutes = {};
  std::optional<ConfirmedBy> confirmed_by = {};
  std::optional<LineCloses> line_closes = {};
  std::optional<SalesWindow> sales = {};

  bool operator==(const RuleChanges&) const = default;
};

void apply(const RuleChanges& changes, EventRules& rules);

}  // namespace ticketd::domain
