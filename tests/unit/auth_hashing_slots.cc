#include "auth/hashing_slots.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "unit/expect.h"

using std::chrono::milliseconds;
using ticketd::auth::HashingSlots;

// Two HashingSlots of one file stand for two processes.
TEST_GROUP(HashingSlots) {
  std::string file = "/tmp/ticketd-slots-XXXXXX";
  std::unique_ptr<HashingSlots> one, other;

  void setup() override {
    ::close(::mkstemp(file.data()));
    ::unlink(file.c_str());
    one = std::make_unique<HashingSlots>(file, 2);
    other = std::make_unique<HashingSlots>(file, 2);
  }
  void teardown() override {
    one.reset();
    other.reset();
    ::unlink(file.c_str());
  }

  // A lease is its thread's: another thread asks.
  static bool granted(HashingSlots & slots, milliseconds wait = milliseconds(0)) {
    bool result = false;
    std::thread([&] { result = slots.take(wait) != nullptr; }).join();
    return result;
  }
};

TEST(HashingSlots, AreSharedByAllThatMapTheFile) {
  const auto first = one->take(milliseconds(0)), second = other->take(milliseconds(0));
  CHECK_TRUE(first && second);
  CHECK_FALSE(granted(*one));
  CHECK_FALSE(granted(*other));
}

TEST(HashingSlots, AreFreeAgainWhenTheLeaseEnds) {
  { const auto first = one->take(milliseconds(0)), second = one->take(milliseconds(0)); }
  CHECK_TRUE(granted(*other));
}

TEST(HashingSlots, AreWaitedForInTurn) {
  auto first = one->take(milliseconds(0));
  const auto second = one->take(milliseconds(0));
  bool got = false;
  std::thread waiting([&] { got = other->take(milliseconds(60'000)) != nullptr; });
  first.reset();
  waiting.join();
  CHECK_TRUE(got);
}

TEST(HashingSlots, AreTakenOverFromAProcessThatDied) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto first = one->take(milliseconds(0)), second = one->take(milliseconds(0));
    ::_exit(first && second ? 0 : 1);
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  LONGS_EQUAL(0, status);
  const auto first = one->take(milliseconds(0)), second = one->take(milliseconds(0));
  CHECK_TRUE(first && second);
}

TEST(HashingSlots, OfAFileThatCannotBeUsedAreThisProcesssOwn) {
  HashingSlots alone("/nowhere/slots", 1);
  const auto first = alone.take(milliseconds(0));
  CHECK_TRUE(first != nullptr);
}

TEST(HashingSlots, OfNoFileAreThisProcesssOwn) {
  HashingSlots alone("", 1), another("", 1);
  const auto first = alone.take(milliseconds(0));
  CHECK_FALSE(granted(alone));
  CHECK_TRUE(granted(another));
}
