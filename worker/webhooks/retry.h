// When a webhook is tried again.
#pragma once
#include <array>
#include <chrono>
#include <optional>

#include "base/random.h"

namespace ticketd::webhooks {

// After so many attempts: how long to wait for the next one, over three days, as Standard Webhooks advises (1.0.0,
// "Deliverability and reliability"). Empty: that was the last. A fifth more or less, so that what failed together does
// not come back together.
inline std::optional<std::chrono::milliseconds> wait_after(int attempts, Random& random) {
  using namespace std::chrono_literals;
  constexpr std::array<std::chrono::seconds, 9> kWaits = {5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
  if (attempts < 1 || static_cast<std::size_t>(attempts) > kWaits.size()) return std::nullopt;
  const std::chrono::milliseconds wait = kWaits.at(static_cast<std::size_t>(attempts) - 1);
  std::array<std::uint8_t, 1> byte{};
  random.fill(byte);
  return wait * 4 / 5 + wait * 2 / 5 * byte[0] / 255;
}

}  // namespace ticketd::webhooks
