#include "auth/network.h"

#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace ticketd::auth {

std::string network_of(const std::string& address) {
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::memcmp(bytes.data(), kMapped.data(), kMapped.size()) == 0) {
    std::array<char, INET_ADDRSTRLEN> text{};
    return inet_ntop(AF_INET, bytes.data() + kMapped.size(), text.data(), text.size());
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string network;
  for (int i = 0; i < 8; ++i) {
    network += kDigits[bytes[static_cast<std::size_t>(i)] >> 4];
    network += kDigits[bytes[static_cast<std::size_t>(i)] & 15];
  }
  return network;
}

}  // namespace ticketd::auth
