#include "auth/hashing_slots.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "unit/expect.h"

using std::chrono::milliseconds;
using ticketd::auth::HashingSlots;
using ticketd::auth::Turn;

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
  static bool granted(HashingSlots & slots, Turn turn = Turn::known, milliseconds wait = milliseconds(0)) {
    bool result = false;
    std::thread([&] { result = slots.take(wait, turn) != nullptr; }).join();
    return result;
  }

  // Until so many threads of this process sleep (proc(5)): they wait for a mutex.
  static void await_sleeping(std::size_t count) {
    const auto sleeping = [] {
      std::size_t found = 0;
      for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string stat;
        std::getline(std::ifstream(task.path() / "stat"), stat);
        if (stat.find(") S ") != std::string::npos) ++found;
      }
      return found;
    };
    while (sleeping() < count) std::this_thread::yield();
  }

  // Which turn somebody known gets who comes after a crowd and waits for the same slot.
  static constexpr int kCrowd = 20;
  static int turn_behind(Turn crowd) {
    HashingSlots slots("", 1);
    auto held = slots.take(milliseconds(0), Turn::known);
    std::atomic<int> turns = 0;
    int own = 0;
    std::vector<std::jthread> threads;
    const auto take = [&](Turn turn) {
      const auto slot = slots.take(milliseconds(60'000), turn);
      const int mine = ++turns;
      // As long as hashing takes: all the others wait again, and the main thread for them.
      await_sleeping(static_cast<std::size_t>(kCrowd + 1 - mine) + 1);
      return mine;
    };
    for (int i = 0; i < kCrowd; ++i) threads.emplace_back([&] { take(crowd); });
    await_sleeping(kCrowd);
    threads.emplace_back([&] { own = take(Turn::known); });
    await_sleeping(kCrowd + 1);
    held.reset();
    threads.clear();
    return own;
  }
};

TEST(HashingSlots, AreSharedByAllThatMapTheFile) {
  const auto first = one->take(milliseconds(0), Turn::known), second = other->take(milliseconds(0), Turn::known);
  CHECK_TRUE(first && second);
  CHECK_FALSE(granted(*one));
  CHECK_FALSE(granted(*other));
}

TEST(HashingSlots, AreFreeAgainWhenTheLeaseEnds) {
  {
    const auto first = one->take(milliseconds(0), Turn::known), second = one->take(milliseconds(0), Turn::known);
  }
  CHECK_TRUE(granted(*other));
}

TEST(HashingSlots, AreWaitedForInTurn) {
  auto first = one->take(milliseconds(0), Turn::known);
  const auto second = one->take(milliseconds(0), Turn::known);
  bool got = false;
  std::thread waiting([&] { got = other->take(milliseconds(60'000), Turn::known) != nullptr; });
  first.reset();
  waiting.join();
  CHECK_TRUE(got);
}

TEST(HashingSlots, AreForStrangersToo) {
  CHECK_TRUE(granted(*one, Turn::stranger));
  const auto first = one->take(milliseconds(0), Turn::stranger), second = other->take(milliseconds(0), Turn::stranger);
  CHECK_TRUE(first && second);
  CHECK_FALSE(granted(*one, Turn::stranger));
}

// Of 20 strangers who wait already, one at most goes before.
TEST(HashingSlots, AreForWhoeverIsKnownFirst) { CHECK_TRUE(turn_behind(Turn::stranger) <= 2); }

// The control of the test above.
TEST(HashingSlots, AreInTurnForThoseOfOneKind) { CHECK_TRUE(turn_behind(Turn::known) > 2); }

TEST(HashingSlots, AreTakenOverFromAProcessThatDied) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto first = one->take(milliseconds(0), Turn::known), second = one->take(milliseconds(0), Turn::known);
    ::_exit(first && second ? 0 : 1);
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  LONGS_EQUAL(0, status);
  const auto first = one->take(milliseconds(0), Turn::known), second = one->take(milliseconds(0), Turn::known);
  CHECK_TRUE(first && second);
}

TEST(HashingSlots, OfAFileThatCannotBeUsedAreThisProcesssOwn) {
  HashingSlots alone("/nowhere/slots", 1);
  const auto first = alone.take(milliseconds(0), Turn::known);
  CHECK_TRUE(first != nullptr);
}

TEST(HashingSlots, OfNoFileAreThisProcesssOwn) {
  HashingSlots alone("", 1), another("", 1);
  const auto first = alone.take(milliseconds(0), Turn::known);
  CHECK_FALSE(granted(alone));
  CHECK_TRUE(granted(another));
}
