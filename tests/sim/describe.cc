// A schedule in words.
#include <array>

#include "sim/schedule.h"

namespace ticketd::sim {
namespace {

constexpr std::array<const char*, 20> kKinds = {"books",
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
                                                "confirms one",
                                                "deletes the event",
                                                "repeats a command",
                                                "sees what is due be settled"};
constexpr std::array<const char*, 5> kFewer = {"", ", rest kept", ", rest dropped", ", fewer", ", not fewer"};
constexpr std::array<const char*, 3> kClocks = {"", " when nothing is saved", " after the end"};
constexpr std::array<const char*, 5> kEnds = {"", "; commit", "; crash before COMMIT", "; crash after COMMIT",
                                              "; take-over after COMMIT"};

template <class List, class Name>
std::string word(const List& words, Name name) {
  return words.at(static_cast<std::size_t>(name));
}

std::string describe(const Step& step) {
  auto text = "  person " + std::to_string(step.person) + ' ' + word(kKinds, step.kind);
  text += " (" + std::to_string(step.number) + (step.by_all ? "" : " of his own") + ')';
  if (step.rests > 0) text += ", rest " + std::to_string(step.rests) + " of it";
  if (step.quantity > 0) text += ", " + std::to_string(step.quantity) + " tickets";
  text += word(kFewer, step.fewer);
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
  for (const auto& step : schedule.steps) text += describe(step);
  return text;
}

}  // namespace ticketd::sim
