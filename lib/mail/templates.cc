#include "mail/templates.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace ticketd::mail {
namespace {

constexpr std::array<std::string_view, 7> kNames = {"name", "message", "event", "when", "where", "sender", "link"};

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

std::string read_checked(const std::filesystem::path& path) {
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

// Ours, if there is such a file.
std::filesystem::path chosen(const std::filesystem::path& shipped, const std::filesystem::path& ours,
                             const char* name) {
  return std::filesystem::exists(ours / name) ? ours / name : shipped / name;
}

// Lines of a kind and its text; what stands in several lines is joined by line feeds.
Values read_kinds(const std::filesystem::path& path) {
  Values texts;
  for_each_line(read_checked(path), [&](std::string_view line) {
    const auto end = line.find(' ');
    const auto begin = line.find_first_not_of(' ', end);
    if (line.starts_with('#') || begin == std::string_view::npos) return;
    auto& text = texts[std::string(line.substr(0, end))];
    if (!text.empty()) text += '\n';
    text += line.substr(begin);
  });
  return texts;
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
          const auto& value = values.find(name)->second;
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
  return name == "link" ? "<a href=\"" + safe + "\">" + safe + "</a>" : safe;
}

std::string without_last_feed(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

Templates::Templates(const std::filesystem::path& shipped, const std::filesystem::path& ours)
    : subjects_(read_kinds(chosen(shipped, ours, "subjects"))),
      messages_(read_kinds(chosen(shipped, ours, "messages"))),
      text_(read_checked(chosen(shipped, ours, "body.txt"))),
      html_(read_checked(chosen(shipped, ours, "body.html"))) {
  const auto subjects = read_kinds(shipped / "subjects"), messages = read_kinds(shipped / "messages");
  messages_.insert(messages.begin(), messages.end());
  for (const auto& [kind, message] : messages) subjects_.emplace(kind, subjects.at(kind));
}

std::vector<std::string> Templates::kinds() const {
  std::vector<std::string> kinds;
  for (const auto& [kind, subject] : subjects_) kinds.push_back(kind);
  return kinds;
}

std::optional<Templates::Rendered> Templates::render(std::string_view kind, const Values& values) const {
  const auto subject = subjects_.find(kind);
  if (subject == subjects_.end()) return std::nullopt;
  auto in_text = values, in_html = values;
  if (const auto message = messages_.find(kind); message != messages_.end()) {
    in_text["message"] = without_last_feed(filled(message->second, values, as_it_is));
    in_html["message"] = without_last_feed(filled(escaped(message->second), values, as_html));
  } else {
    in_html["message"] = escaped(values.find("message")->second);
  }
  return Rendered{without_last_feed(filled(subject->second, values, as_it_is)), filled(text_, in_text, as_it_is),
                  filled(html_, in_html, [](std::string_view name, std::string_view value) {
                    return name == "message" ? std::string(value) : as_html(name, value);
                  })};
}

}  // namespace ticketd::mail
