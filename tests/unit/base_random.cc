#include "base/random.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <vector>

#include "unit/expect.h"

using namespace ticketd;

TEST_GROUP(SystemRandom) { SystemRandom random; };

TEST(SystemRandom, FillsEveryByteWhateverTheSize) {
  for (const std::size_t size : {1U, 16U, 2048U, 2049U, 20'000U}) {
    std::vector<std::uint8_t> any(size);
    for (int i = 0; i < 16; ++i) {  // a byte that stays 0 sixteen times was not filled
      std::vector<std::uint8_t> out(size);
      random.fill(out);
      for (std::size_t at = 0; at < size; ++at) any[at] |= out[at];
    }
    CHECK_TRUE(std::ranges::none_of(any, [](auto byte) { return byte == 0; }));
  }
}

TEST(SystemRandom, LeavesNothingToDoForAnEmptySpan) { random.fill({}); }

TEST(SystemRandom, NeverGivesTheSameSixteenBytesTwice) {
  std::set<std::vector<std::uint8_t>> seen;
  for (int i = 0; i < 5'000; ++i) {
    std::vector<std::uint8_t> out(16);
    random.fill(out);
    CHECK_TRUE(seen.insert(out).second);
  }
}
