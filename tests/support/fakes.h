// Time and chance as the unit tests hold them: the clock stands still until it is moved, and chance repeats itself.
#pragma once
#include <random>

#include "base/random.h"
#include "base/time.h"
#include "base/uuid.h"

namespace ticketd::tests {

class FixedClock final : public Clock {
 public:
  // 2027-01-15T08:00:00.000Z
  explicit FixedClock(Time now = from_epoch_ms(1'800'000'000'000)) : now_(now) {}
  [[nodiscard]] Time now() const override { return now_; }
  void tick(milliseconds by) { now_ += by; }

 private:
  Time now_;
};

// The same seed gives the same bytes, on every machine.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : engine_(seed) {}
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }
  // 0 to below - 1
  int below(int bound) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(bound)); }

 private:
  std::mt19937_64 engine_;
};

// The same number gives the same id; a higher number sorts later.
template <class IdType>
IdType numbered(int number) {
  IdType id;
  id.uuid.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  id.uuid.bytes[15] = static_cast<std::uint8_t>(number);
  return id;
}

}  // namespace ticketd::tests
