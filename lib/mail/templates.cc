#include "mail/templates.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace ticketd::mail {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"name", "message", "event", "when", "where", "sender"};

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

std::string read_checked(const std::filesystem::path& shipped, const std::filesystem::path& ours, const char* name) {
  const auto path = std::filesystem::exists(ours / name) ? ours / name : shipped / name;
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
          if (std::ranges::find(kNames, wanted) == kNames.end())
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

template <class Shape>
std::string filled(std::string_view text, const Values& values, Shape shape) {
  std::string all;
  for_each_line(text, [&](std::string_view line) {
    std::string filled;
    int names = 0, with_text = 0;
    split(
        line, [&](std::string_view part) { filled += part; },
        [&](std::string_view name) {
          const auto& value = values.find(name)->second;
          ++names;
          with_text += value.empty() ? 0 : 1;
          filled += shape(value);
        });
    if (names == 0 || with_text > 0) all += filled + '\n';
  });
  return all;
}

std::string as_it_is(std::string_view text) { return std::string(text); }

}  // namespace

Templates::Templates(const std::filesystem::path& shipped, const std::filesystem::path& ours)
    : text_(read_checked(shipped, ours, "body.txt")), html_(read_checked(shipped, ours, "body.html")) {
  for_each_line(read_checked(shipped, ours, "subjects"), [&](std::string_view line) {
    const auto end = line.find(' ');
    const auto begin = line.find_first_not_of(' ', end);
    if (line.starts_with('#') || begin == std::string_view::npos) return;
    subjects_.emplace(line.substr(0, end), line.substr(begin));
  });
}

std::vector<std::string> Templates::kinds() const {
  std::vector<std::string> kinds;
  for (const auto& [kind, subject] : subjects_) kinds.push_back(kind);
  return kinds;
}

std::optional<Templates::Rendered> Templates::render(std::string_view kind, const Values& values) const {
  const auto subject = subjects_.find(kind);
  if (subject == subjects_.end()) return std::nullopt;
  auto line = filled(subject->second, values, as_it_is);
  if (line.ends_with('\n')) line.pop_back();
  return Rendered{line, filled(text_, values, as_it_is), filled(html_, values, escaped)};
}

}  // namespace ticketd::mail
