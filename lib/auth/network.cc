#include "auth/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/hex.h"

namespace ticketd::auth {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::vector<Network> networks_of(const std::string& address) {
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return {{address}};
  if (std::memcmp(bytes.data(), kMapped.data(), kMapped.size()) == 0) {
    std::array<char, INET_ADDRSTRLEN> text{};
    return {{inet_ntop(AF_INET, bytes.data() + kMapped.size(), text.data(), text.size())}};
  }
  const auto first = [&](std::size_t count) { return hex_of(std::span(bytes).first(count)); };
  return {{first(8)}, {first(7), 4}, {first(6), 16}};
}

RateRule rule_for(const RateRule& rule, const Network& network) {
  constexpr std::int64_t kMost = 2'000'000'000;
  return {static_cast<int>(std::min(std::int64_t{rule.limit} * network.shares, kMost)), rule.window_s};
}

std::string site_of(const std::string& address) { return networks_of(address).back().name; }

}  // namespace ticketd::auth
