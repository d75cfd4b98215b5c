#include "base/random.h"

#include <sodium.h>

namespace ticketd {
namespace {

// Ids take 16 bytes each, several for one booking: one system call per 512 of them, not one per id.
constexpr std::size_t kBlock = 8192;

struct Block {
  std::uint8_t bytes[kBlock];
  std::size_t used = kBlock;
};

}  // namespace

void SystemRandom::fill(std::span<std::uint8_t> out) {
  static thread_local Block block;
  if (out.size() > kBlock / 4) return randombytes_buf(out.data(), out.size());
  if (block.used + out.size() > kBlock) {
    randombytes_buf(block.bytes, kBlock);
    block.used = 0;
  }
  for (auto& byte : out) {
    byte = block.bytes[block.used];
    block.bytes[block.used++] = 0;  // handed out once: a later leak of this memory tells nothing
  }
}

}  // namespace ticketd
