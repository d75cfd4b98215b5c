#include "auth/network.h"

#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/hex.h"

namespace ticketd::auth {
namespace {

std::string prefix_of(const std::string& address, std::size_t ipv6_bytes) {
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::memcmp(bytes.data(), kMapped.data(), kMapped.size()) == 0) {
    std::array<char, INET_ADDRSTRLEN> text{};
    return inet_ntop(AF_INET, bytes.data() + kMapped.size(), text.data(), text.size());
  }
  return hex_of(std::span(bytes).first(ipv6_bytes));
}

}  // namespace

std::string network_of(const std::string& address) { return prefix_of(address, 8); }
std::string site_of(const std::string& address) { return prefix_of(address, 6); }

}  // namespace ticketd::auth
