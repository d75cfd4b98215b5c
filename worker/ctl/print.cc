#include "print.h"

#include <algorithm>
#include <iomanip>
#include <iostream>

namespace ticketd::ctl {

std::string harmless(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return text;
}

void print_field(const char* name, const std::string& value) {
  if (!value.empty()) std::cout << "  " << std::left << std::setw(14) << name << harmless(value) << '\n';
}

void print_rest(std::int64_t count, std::size_t shown) {
  const auto rest = count - static_cast<std::int64_t>(shown);
  if (rest > 0) std::cout << "and " << rest << " more\n";
}

std::string duration_text(seconds duration) {
  const auto s = duration.count();
  if (s < 120) return std::to_string(s) + " s";
  if (s < 7200) return std::to_string(s / 60) + " min";
  if (s < 172'800) return std::to_string(s / 3600) + " h";
  return std::to_string(s / 86'400) + " d";
}

}  // namespace ticketd::ctl
