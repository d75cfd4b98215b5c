#include "auth/opaque_token.h"

#include <sodium.h>

#include <array>

namespace ticketd::auth {

std::string make_opaque_token(Random& random) {
  std::array<std::uint8_t, 32> bytes{};
  random.fill(bytes);
  std::array<char, 44> text{};
  return sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                           sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::string hash_of(std::string_view text) {
  std::string hash(32, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  return hash;
}

std::string hex_hash_of(std::string_view text) {
  const auto hash = hash_of(text);
  std::array<char, 65> hex{};
  return sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(hash.data()), hash.size());
}

}  // namespace ticketd::auth
