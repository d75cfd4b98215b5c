// Hexadecimal digits: all that is written or read in them goes through here.
#pragma once
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ticketd {

struct HexPair {
  char high;
  char low;
};

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kUpperHexDigits = "0123456789ABCDEF";

constexpr HexPair hex_pair(std::uint8_t byte, std::string_view digits = kHexDigits) {
  return {digits[byte >> 4], digits[byte & 15]};
}

// The byte that exactly two digits stand for, of either case; empty for anything else.
inline std::optional<std::uint8_t> byte_of_hex(std::string_view pair) {
  std::uint8_t byte = 0;
  const auto* end = pair.data() + pair.size();
  if (pair.size() != 2 || std::from_chars(pair.data(), end, byte, 16).ptr != end) return std::nullopt;
  return byte;
}

// Two digits a byte, lower case. Not in constant time: for ids and hashes, not for keys.
std::string hex_of(std::span<const std::uint8_t> bytes);
std::string hex_of(std::string_view bytes);

}  // namespace ticketd
