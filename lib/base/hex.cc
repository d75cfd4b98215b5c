#include "base/hex.h"

namespace ticketd {

std::string hex_of(std::span<const std::uint8_t> bytes) {
  std::string text(2 * bytes.size(), '0');
  auto at = text.begin();
  for (const auto byte : bytes) {
    const auto [high, low] = hex_pair(byte);
    *at++ = high;
    *at++ = low;
  }
  return text;
}

std::string hex_of(std::string_view bytes) {
  return hex_of({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

}  // namespace ticketd
