#include "auth/opaque_token.h"

#include <sodium.h>

#include <array>

#include "base/base64.h"
#include "base/hex.h"

namespace ticketd::auth {

namespace {

using Bytes = std::array<std::uint8_t, 32>;

std::string text_of(const Bytes& bytes) {
  return base64url_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
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

std::string hex_hash_of(std::string_view text) { return hex_of(hash_of(text)); }

}  // namespace ticketd::auth
