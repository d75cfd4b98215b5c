#include "auth/device_token.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "auth/opaque_token.h"
#include "base/base64.h"

namespace ticketd::auth {
namespace {

constexpr std::size_t kNumberBytes = 16;
constexpr std::size_t kMacBytes = 32;

// BLAKE2b with a key of its own: nothing else that is made from the secret can be taken for a device token.
std::string mac_of(UserId user, std::string_view number, const std::string& secret) {
  const auto key = hash_of("ticketd device token\n" + secret);
  const auto text = user.str() + std::string(number);
  std::string mac(kMacBytes, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(mac.data()), mac.size(),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     reinterpret_cast<const unsigned char*>(key.data()), key.size());
  return mac;
}

}  // namespace

std::string make_device_token(UserId user, const SecretKey& key, Random& random) {
  std::array<std::uint8_t, kNumberBytes> bytes{};
  random.fill(bytes);
  const std::string number(bytes.begin(), bytes.end());
  return base64url_of(number + mac_of(user, number, key.secret));
}

bool is_device_token_of(UserId user, std::string_view token, std::span<const SecretKey> keys) {
  const auto bytes = bytes_of_base64url(token);
  if (!bytes || bytes->size() != kNumberBytes + kMacBytes) return false;
  const auto number = std::string_view(*bytes).substr(0, kNumberBytes);
  return std::ranges::any_of(keys, [&](const SecretKey& key) {
    return sodium_memcmp(bytes->data() + kNumberBytes, mac_of(user, number, key.secret).data(), kMacBytes) == 0;
  });
}

}  // namespace ticketd::auth
