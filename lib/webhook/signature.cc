#include "webhook/signature.h"

#include <sodium.h>

#include <array>

#include "base/base64.h"

namespace ticketd::webhook {

std::string make_secret(Random& random) {
  std::array<std::uint8_t, 32> bytes{};
  random.fill(bytes);
  return {bytes.begin(), bytes.end()};
}

std::string text_of_secret(std::string_view secret) { return "whsec_" + base64_of(secret); }

std::string signature_of(std::string_view secret, std::string_view id, Time at, std::string_view body) {
  const auto head = std::string(id) + '.' + std::to_string(epoch_s(at)) + '.';
  crypto_auth_hmacsha256_state state;
  const auto* key = reinterpret_cast<const unsigned char*>(secret.data());
  crypto_auth_hmacsha256_init(&state, key, secret.size());
  for (const auto part : {std::string_view(head), body})
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  crypto_auth_hmacsha256_final(&state, mac.data());
  return "v1," + base64_of({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

}  // namespace ticketd::webhook
