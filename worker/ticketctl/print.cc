#include "ticketctl/print.h"

#include <algorithm>
#include <iomanip>
#include <iostream>

namespace ticketd::ctl {

namespace {

// How many bytes the control character at the start has, in UTF-8; 0 if there is none.
std::size_t control_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  const auto between = [&](std::size_t i, int low, int high) { return byte(i) >= low && byte(i) <= high; };
  if (byte(0) < 0x20 || byte(0) == 0x7f) return 1;
  if (byte(0) == 0xc2 && between(1, 0x80, 0x9f)) return 2;  // the C1 set
  // Marks, embeddings and isolates that turn the direction of writing, and line and paragraph separators.
  if (byte(0) == 0xe2 && byte(1) == 0x80 && (between(2, 0x8e, 0x8f) || between(2, 0xa8, 0xae))) return 3;
  if (byte(0) == 0xe2 && byte(1) == 0x81 && between(2, 0xa6, 0xa9)) return 3;
  return 0;
}

}  // namespace

std::string harmless(std::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const auto control = control_size(text);
    safe += control == 0 ? text.front() : ' ';
    text.remove_prefix(std::max<std::size_t>(1, control));
  }
  return safe;
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
