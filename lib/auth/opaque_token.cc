#include "auth/opaque_token.h"

#include <sodium.h>

#include <array>

namespace ticketd::auth {

namespace {

using Bytes = std::array<std::uint8_t, 32>;

std::string text_of(const Bytes& bytes) {
  std::array<char, 44> text{};
  return sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                           sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

}  // namespace

std::string make_opaque_token(Random& random) {
  Bytes bytes{};
  random.fill(bytes);
  return text_of(bytes);
}

std::string next_opaque_token(const std::string& token, const std::string& secret) {
  const auto key = hash_of("ticketd refresh token\n" + secret);
  Bytes bytes{};
  crypto_generichash(bytes.data(), bytes.size(), reinterpret_cast<const unsigned char*>(token.data()), token.size(),
                     reinterpret_cast<const unsigned char*>(key.data()), key.size());
  return text_of(bytes);
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
