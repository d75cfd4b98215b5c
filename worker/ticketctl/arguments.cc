#include "ticketctl/arguments.h"

#include <algorithm>
#include <charconv>

namespace ticketd::ctl {

bool Arguments::flag(const std::string& name) { return std::erase(words_, name) > 0; }

std::optional<std::string> Arguments::value(const std::string& name) {
  const auto at = std::find(words_.begin(), words_.end(), name);
  if (at == words_.end()) return std::nullopt;
  if (at + 1 == words_.end()) return std::nullopt;  // `name` stays, and is wrong
  auto value = *(at + 1);
  words_.erase(at, at + 2);
  return value;
}

int Arguments::number(const std::string& name, int fallback, int least, int most) {
  const auto text = value(name);
  if (!text) return fallback;
  int number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error == std::errc{} && end == text->data() + text->size() && number >= least && number <= most) return number;
  wrong_ = true;
  return fallback;
}

std::optional<std::string> Arguments::next() {
  if (words_.empty() || words_.front().starts_with("--")) return std::nullopt;
  auto word = words_.front();
  words_.erase(words_.begin());
  return word;
}

}  // namespace ticketd::ctl
