#include "mail/templates.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <regex>
#include <span>
#include <sstream>
#include <stdexcept>

#include "base/text.h"

namespace ticketd::mail {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 17> kNames = {"name",       "message",  "event",   "when",  "where",   "sender",
                                                     "link",       "quantity", "place",   "until", "dropped", "waits",
                                                     "given_back", "reason",   "subject", "host",  "stop"};
// Of the line `when` in dates.
constexpr std::array<std::string_view, 6> kNamesOfDates = {"day", "date", "month", "year", "time", "place"};
// Whoever signs in waits for them: an operator's file from before one of them is no reason not to send it.
constexpr std::array<std::string_view, 5> kAboutAccounts = {"reset_password", "verify_email", "change_email",
                                                            "email_changed", "password_changed"};
constexpr std::size_t kDaysOfWeek = 7, kMonthsOfYear = 12;

[[noreturn]] void complain(const std::filesystem::path& file, int line, const std::string& what) {
  throw std::runtime_error(file.string() + (line > 0 ? ", line " + std::to_string(line) : "") + ": " + what);
}

// Calls `text(part)` and `name(name)` in turn with the parts of a line; a {{ without its }} is a part like any other.
template <class OnText, class OnName>
void split(std::string_view line, OnText text, OnName name) {
  for (;;) {
    const auto begin = line.find("{{");
    const auto end = begin == std::string_view::npos ? begin : line.find("}}", begin);
    if (end == std::string_view::npos) return text(line);
    text(line.substr(0, begin));
    name(line.substr(begin + 2, end - begin - 2));
    line.remove_prefix(end + 2);
  }
}

template <class Function>
void for_each_line(std::string_view text, Function function) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    function(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string read_checked(const std::filesystem::path& path, Names names = kNames) {
  std::ifstream file(path);
  if (!file) complain(path, 0, "cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  int number = 0;
  for_each_line(text.str(), [&](std::string_view line) {
    ++number;
    split(
        line, [](std::string_view) {},
        [&](std::string_view wanted) {
          if (std::ranges::find(names, wanted) == names.end())
            complain(path, number, "there is no {{" + std::string(wanted) + "}}");
        });
  });
  return text.str();
}

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&': html += "&amp;"; break;
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '"': html += "&quot;"; break;
      case '\'': html += "&#39;"; break;
      case '\n': html += "<br>\n"; break;
      default: html += c;
    }
  }
  return html;
}

// Ours, if there is such a file.
std::filesystem::path chosen(const std::filesystem::path& shipped, const std::filesystem::path& ours,
                             const char* name) {
  return std::filesystem::exists(ours / name) ? ours / name : shipped / name;
}

// Lines of a kind and its text; what stands in several lines is joined by line feeds.
Values read_kinds(const std::filesystem::path& path, Names names = kNames) {
  Values texts;
  for_each_line(read_checked(path, names), [&](std::string_view line) {
    const auto end = line.find(' ');
    const auto begin = line.find_first_not_of(' ', end);
    if (line.starts_with('#') || begin == std::string_view::npos) return;
    auto& text = texts[std::string(line.substr(0, end))];
    if (!text.empty()) text += '\n';
    text += line.substr(begin);
  });
  return texts;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream words(line);
  return {std::istream_iterator<std::string>(words), {}};
}

const std::string& value_of(const Values& values, std::string_view name) {
  static const std::string kNothing;
  const auto found = values.find(name);
  return found == values.end() ? kNothing : found->second;
}

// `shape(name, value)` is what stands in the text.
template <class Shape>
std::string filled(std::string_view text, const Values& values, Shape shape) {
  std::string all;
  for_each_line(text, [&](std::string_view line) {
    std::string filled;
    int names = 0, with_text = 0;
    split(
        line, [&](std::string_view part) { filled += part; },
        [&](std::string_view name) {
          const auto& value = value_of(values, name);
          ++names;
          with_text += value.empty() ? 0 : 1;
          filled += shape(name, value);
        });
    if (names == 0 || with_text > 0) all += filled + '\n';
  });
  return all;
}

std::string as_it_is(std::string_view, std::string_view text) { return std::string(text); }

std::string as_html(std::string_view name, std::string_view text) {
  const auto safe = escaped(text);
  return name == "link" || name == "stop" ? "<a href=\"" + safe + "\">" + safe + "</a>" : safe;
}

// Within a line of ours, as the sentences in the app have it. What is told has a line of its own, and may have several.
std::string within_line(std::string_view name, std::string_view text) {
  return name == "message" ? std::string(text) : isolated(text);
}

std::string without_last_feed(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

// An empty line at the end was before a line that was left out.
std::string without_empty_end(std::string text) {
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace

Templates::Templates(const std::filesystem::path& shipped, const std::filesystem::path& ours)
    : subjects_(read_kinds(chosen(shipped, ours, "subjects"))),
      messages_(read_kinds(chosen(shipped, ours, "messages"))),
      dates_(read_dates(chosen(shipped, ours, "dates"))),
      text_(read_checked(chosen(shipped, ours, "body.txt"))),
      html_(read_checked(chosen(shipped, ours, "body.html"))) {
  const auto subjects = read_kinds(shipped / "subjects"), messages = read_kinds(shipped / "messages");
  messages_.insert(messages.begin(), messages.end());
  for (const auto kind : kAboutAccounts) {
    if (const auto subject = subjects.find(kind); subject != subjects.end()) subjects_.insert(*subject);
    if (has(kind) && !messages_.contains(kind))
      complain(chosen(shipped, ours, "messages"), 0, "has no words for " + std::string(kind));
  }
}

Templates::Dates Templates::read_dates(const std::filesystem::path& path) {
  auto lines = read_kinds(path, kNamesOfDates);
  Dates dates{words_of(lines["days"]), words_of(lines["months"]), lines["when"]};
  if (dates.days.size() != kDaysOfWeek) complain(path, 0, "has " + std::to_string(dates.days.size()) + " days, not 7");
  if (dates.months.size() != kMonthsOfYear)
    complain(path, 0, "has " + std::to_string(dates.months.size()) + " months, not 12");
  if (dates.when.empty()) complain(path, 0, "has no line \"when\"");
  return dates;
}

std::vector<std::string> Templates::kinds() const {
  std::vector<std::string> kinds;
  for (const auto& [kind, subject] : subjects_) kinds.push_back(kind);
  return kinds;
}

std::string Templates::reason(std::string_view name) const {
  return value_of(messages_, "reason." + std::string(name));
}

std::string Templates::when(std::string_view text) const {
  static const std::regex kParts("([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9:]{5}) (.*)");
  std::string line(text);
  std::smatch parts;
  if (!std::regex_match(line, parts, kParts)) return line;
  const auto number = [&](std::size_t part) { return static_cast<unsigned>(std::stoi(parts[part].str())); };
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(number(1))), std::chrono::month(number(2)),
                                         std::chrono::day(number(3))};
  if (!date.ok()) return line;
  const std::chrono::weekday weekday(std::chrono::sys_days{date});
  return without_last_feed(filled(dates_.when,
                                  {{"day", dates_.days.at(weekday.c_encoding())},
                                   {"date", std::to_string(number(3))},
                                   {"month", dates_.months.at(number(2) - 1)},
                                   {"year", parts[1].str()},
                                   {"time", parts[4].str()},
                                   {"place", parts[5].str()}},
                                  as_it_is));
}

std::optional<Templates::Rendered> Templates::render(std::string_view kind, const Values& values, Words words) const {
  const auto subject = subjects_.find(kind);
  if (subject == subjects_.end()) return std::nullopt;
  auto in_text = values, in_html = values;
  if (const auto message = messages_.find(kind); words == Words::own && message != messages_.end()) {
    in_text["message"] = without_last_feed(filled(message->second, values, within_line));
    in_html["message"] =
        without_last_feed(filled(escaped(message->second), values, [](std::string_view name, std::string_view value) {
          return as_html(name, within_line(name, value));
        }));
  } else {
    in_html["message"] = escaped(value_of(values, "message"));
  }
  return Rendered{without_last_feed(filled(subject->second, values, as_it_is)),
                  without_empty_end(filled(text_, in_text, as_it_is)),
                  filled(html_, in_html, [](std::string_view name, std::string_view value) {
                    return name == "message" ? std::string(value) : as_html(name, value);
                  })};
}

}  // namespace ticketd::mail
