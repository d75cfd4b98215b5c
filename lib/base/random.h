// Randomness as an argument: tests pass a seeded source, everything else the kernel's.
#pragma once
#include <cstdint>
#include <span>

namespace ticketd {

class Random {
 public:
  virtual ~Random() = default;
  // Fills all of `out`. Thread-safe in SystemRandom.
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

// Cryptographically strong (libsodium, getrandom(2)). Never fails: libsodium aborts where the kernel has no randomness.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace ticketd
