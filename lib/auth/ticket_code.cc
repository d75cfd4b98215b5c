#include "auth/ticket_code.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace ticketd::auth {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::string_view kPrefix = "T1";
constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kSaidBytes = 16 + 1 + 1, kMacBytes = 8, kBytes = kSaidBytes + kMacBytes;
constexpr std::size_t kDigits = (kBytes * 8 + 4) / 5;  // the last one has two bits that are not used
using CodeBytes = std::array<std::uint8_t, kBytes>;

std::string text_of(const CodeBytes& bytes) {
  std::string text(kPrefix);
  for (std::size_t digit = 0; digit < kDigits; ++digit) {
    unsigned value = 0;
    for (std::size_t bit = digit * 5; bit < digit * 5 + 5; ++bit) {
      const unsigned byte = bit / 8 < kBytes ? bytes.at(bit / 8) : 0;
      value = value * 2 + (byte >> (7 - bit % 8) & 1U);
    }
    text += kLetters.at(value);
  }
  return text;
}

// Only what text_of() writes.
std::optional<CodeBytes> bytes_of(std::string_view text) {
  if (text.size() != kPrefix.size() + kDigits || !text.starts_with(kPrefix)) return std::nullopt;
  CodeBytes bytes{};
  for (std::size_t digit = 0; digit < kDigits; ++digit) {
    const auto value = kLetters.find(text.at(kPrefix.size() + digit));
    if (value == std::string_view::npos) return std::nullopt;
    for (std::size_t i = 0; i < 5; ++i) {
      const bool is_set = (value >> (4 - i) & 1U) != 0;
      const auto bit = digit * 5 + i;
      if (is_set && bit / 8 >= kBytes) return std::nullopt;
      if (is_set) bytes.at(bit / 8) |= static_cast<std::uint8_t>(0x80U >> bit % 8);
    }
  }
  return bytes;
}

void add_mac(CodeBytes& bytes, std::string_view key) {
  if (key.size() != kKeyBytes) throw std::invalid_argument("a ticket key has 32 bytes");
  std::array<std::uint8_t, crypto_generichash_BYTES> mac{};
  crypto_generichash(mac.data(), mac.size(), bytes.data(), kSaidBytes,
                     reinterpret_cast<const unsigned char*>(key.data()), key.size());
  std::copy_n(mac.begin(), kMacBytes, bytes.begin() + kSaidBytes);
}

}  // namespace

std::string make_ticket_key(Random& random) {
  std::string key(kKeyBytes, '\0');
  random.fill(std::span(reinterpret_cast<std::uint8_t*>(key.data()), key.size()));
  return key;
}

std::string ticket_code_of(const TicketCode& code, std::string_view key) {
  CodeBytes bytes{};
  std::ranges::copy(code.booking.uuid.bytes, bytes.begin());
  bytes.at(16) = static_cast<std::uint8_t>(code.number);
  bytes.at(17) = static_cast<std::uint8_t>(code.generation);
  add_mac(bytes, key);
  return text_of(bytes);
}

std::optional<TicketCode> parse_ticket_code(std::string_view text) {
  const auto bytes = bytes_of(text);
  if (!bytes) return std::nullopt;
  TicketCode code;
  std::copy_n(bytes->begin(), code.booking.uuid.bytes.size(), code.booking.uuid.bytes.begin());
  code.number = bytes->at(16);
  code.generation = bytes->at(17);
  return code;
}

bool is_ticket_code_of(std::string_view text, std::string_view key) {
  const auto bytes = bytes_of(text);
  if (!bytes) return false;
  auto made = *bytes;
  add_mac(made, key);
  return sodium_memcmp(made.data(), bytes->data(), made.size()) == 0;
}

}  // namespace ticketd::auth
