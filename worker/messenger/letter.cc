#include "letter.h"

#include <array>
#include <regex>

#include "api/calendar.h"

namespace ticketd::messenger {
namespace {

constexpr std::array kDays = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::array kMonths = {"January", "February", "March",     "April",   "May",      "June",
                                "July",    "August",   "September", "October", "November", "December"};

// "2026-12-05 20:00 Europe/Berlin" as "Saturday, 5 December 2026, 20:00 (Europe/Berlin)".
std::string time_text(const std::string& text) {
  static const std::regex kParts("([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9:]{5}) (.*)");
  std::smatch parts;
  if (!std::regex_match(text, parts, kParts)) return text;
  const auto number = [&](std::size_t part) { return static_cast<unsigned>(std::stoi(parts[part])); };
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(number(1))), std::chrono::month(number(2)),
                                         std::chrono::day(number(3))};
  if (!date.ok()) return text;
  const std::chrono::weekday weekday(std::chrono::sys_days{date});
  return std::string(kDays.at(weekday.c_encoding())) + ", " + std::to_string(number(3)) + ' ' +
         kMonths.at(number(2) - 1) + ' ' + parts[1].str() + ", " + parts[4].str() + " (" + parts[5].str() + ')';
}

}  // namespace

std::optional<mail::Mail> letter_of(const storage::MailTask& task, const Enclosed& enclosed,
                                    const mail::Templates& templates, const std::string& sender) {
  auto words = templates.render(task.kind, {{"name", task.name.value_or("")},
                                            {"message", task.message},
                                            {"event", task.event_title},
                                            {"when", time_text(task.event_time)},
                                            {"where", task.event_location},
                                            {"sender", sender},
                                            {"link", enclosed.link}});
  if (!words) return std::nullopt;
  mail::Mail mail{task.id.str(),          task.address,           std::move(words->subject),
                  std::move(words->text), std::move(words->html), {},
                  task.created_at};
  if (enclosed.booking)
    mail.attachments.push_back(
        {"event.ics", "text/calendar; charset=utf-8; method=PUBLISH", calendar_of(*enclosed.booking)});
  return mail;
}

}  // namespace ticketd::messenger
