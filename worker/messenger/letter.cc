#include "letter.h"

#include <array>
#include <cstdio>

#include "api/calendar.h"

namespace ticketd::messenger {
namespace {

constexpr std::array kDays = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::array kMonths = {"January", "February", "March",     "April",   "May",      "June",
                                "July",    "August",   "September", "October", "November", "December"};

// "2026-12-05 20:00 Europe/Berlin" as "Saturday, 5 December 2026, 20:00 (Europe/Berlin)".
std::string time_text(const std::string& text) {
  int year = 0;
  unsigned month = 0, day = 0;
  std::array<char, 6> clock{};
  std::array<char, 65> place{};
  if (std::sscanf(text.c_str(), "%d-%u-%u %5s %64s", &year, &month, &day, clock.data(), place.data()) != 5) return text;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok()) return text;
  const std::chrono::weekday weekday(std::chrono::sys_days{date});
  return std::string(kDays.at(weekday.c_encoding())) + ", " + std::to_string(day) + ' ' + kMonths.at(month - 1) + ' ' +
         std::to_string(year) + ", " + clock.data() + " (" + place.data() + ')';
}

}  // namespace

std::optional<mail::Mail> letter_of(const storage::MailTask& task,
                                    const std::optional<storage::BookingDetails>& booking,
                                    const mail::Templates& templates, const std::string& sender) {
  auto words = templates.render(task.kind, {{"name", task.name.value_or("")},
                                            {"message", task.message},
                                            {"event", task.event_title},
                                            {"when", time_text(task.event_time)},
                                            {"where", task.event_location},
                                            {"sender", sender}});
  if (!words) return std::nullopt;
  mail::Mail mail{task.id.str(),          task.address,           std::move(words->subject),
                  std::move(words->text), std::move(words->html), {},
                  task.created_at};
  if (booking)
    mail.attachments.push_back({"event.ics", "text/calendar; charset=utf-8; method=PUBLISH", calendar_of(*booking)});
  return mail;
}

}  // namespace ticketd::messenger
