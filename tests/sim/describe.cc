// A schedule in words.
#include <array>

#include "sim/schedule.h"

namespace ticketd::sim {
namespace {

constexpr std::array<const char*, 24> kKinds = {"books",
                                                "cancels the newest",
                                                "cancels one",
                                                "changes one",
                                                "sets the capacity",
                                                "sets the limit",
                                                "sets the limit per booking",
                                                "sets the skips",
                                                "sets the end of saving",
                                                "moves the start",
                                                "moves the end",
                                                "sets the minutes of holds",
                                                "sets the minutes of offers",
                                                "sets the end of offers",
                                                "sets whose yes counts",
                                                "sets the end of the line",
                                                "sets the sales window",
                                                "sets a pool",
                                                "sets a type",
                                                "confirms one",
                                                "deletes the event",
                                                "repeats a command",
                                                "sees what is due be settled",
                                                "is admitted with one"};
constexpr std::array<const char*, 5> kFewer = {"", ", rest kept", ", rest dropped", ", fewer", ", not fewer"};
constexpr std::array<const char*, 3> kClocks = {"", " when nothing is saved", " after the end"};
constexpr std::array<const char*, 5> kEnds = {"", "; commit", "; crash before COMMIT", "; crash after COMMIT",
                                              "; take-over after COMMIT"};

constexpr std::array<const char*, 8> kSettings = {"",       " pool",          " position",   " limit",
                                                  " sales", " booking limit", " visibility", " archived"};

template <class List, class Name>
std::string word(const List& words, Name name) {
  return words.at(static_cast<std::size_t>(name));
}

std::string number(const char* before, std::optional<int> n) { return n ? before + std::to_string(*n) : ""; }

std::string of_pools(const Step& step) {
  auto text = number(", type ", step.type) + word(kSettings, step.setting) + (step.emptied ? " emptied" : "");
  const bool has_pool = step.kind == Step::Kind::set_pool || step.setting == Step::Setting::pool;
  if (has_pool) text += number(", pool ", step.pool);
  text += number(", capacity ", step.capacity) + number(", held back ", step.held_back);
  if (step.to_everybody) text += ", to everybody";
  return text + number(", sold from minute ", step.sold_from) + number(", sold until minute ", step.sold_until);
}

std::string of_pools(const Schedule& schedule) {
  std::string text;
  for (const auto& pool : schedule.pools)
    text += "  a pool of " + std::to_string(pool.capacity) + number(", held back ", pool.held_back) + '\n';
  for (const auto& type : schedule.types) {
    text += "  a type of pool " + std::to_string(type.pool) + number(", limit ", type.limit) +
            number(", sold from minute ", type.sold_from) + number(", sold until minute ", type.sold_until) + ", " +
            std::string(name_of(type.visibility)) + '\n';
  }
  return text;
}

std::string describe(const Step& step) {
  auto text = "  person " + std::to_string(step.person) + ' ' + word(kKinds, step.kind);
  text += " (" + std::to_string(step.number) + (step.by_all ? "" : " of his own") + ')';
  if (step.rests > 0) text += ", rest " + std::to_string(step.rests) + " of it";
  if (step.quantity > 0) text += ", " + std::to_string(step.quantity) + " tickets";
  if (step.tickets.any()) text += ", tickets " + domain::ticket_numbers_text(step.tickets);
  text += word(kFewer, step.fewer) + of_pools(step);
  text += step.minutes ? " at minute " + std::to_string(*step.minutes) : word(kClocks, step.clock);
  return text + word(kEnds, step.end) + '\n';
}

}  // namespace

std::string describe(const Schedule& schedule) {
  std::string text = "capacity " + std::to_string(schedule.capacity) + ", limit per person " +
                     std::to_string(schedule.limit) + ", per booking " + std::to_string(schedule.booking_limit) +
                     ", skips " + std::to_string(schedule.skips) + ", promoted at once " +
                     std::to_string(schedule.promoted_at_once) + ", holds of " + std::to_string(schedule.hold_minutes) +
                     ", offers of " + std::to_string(schedule.offer_minutes) + " minutes until " +
                     std::to_string(schedule.offer_stops_minutes) + " before the start, confirmed by the " +
                     std::string(name_of(schedule.confirmed_by)) + ", line closes at the " +
                     std::string(name_of(schedule.line_closes)) + '\n';
  text += of_pools(schedule);
  for (const auto& step : schedule.steps) text += describe(step);
  return text;
}

}  // namespace ticketd::sim
