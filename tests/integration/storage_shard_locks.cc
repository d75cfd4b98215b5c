// Shards shared out among sessions: fairly, disjointly, and free again when a session ends.
#include "storage/shard_locks.h"

#include <memory>

#include "support/fixtures.h"
#include "support/integration_test.h"
#include "support/stack.h"

namespace ticketd::tests {

TEST_GROUP_BASE(StorageShardLocks, IntegrationTest) {
  static constexpr int kShards = 16;

  struct Sharer {
    postgres::DatabaseConnection session = open_session();
    storage::ShardLocks locks{session.get(), kShards};
    const int pid = session.get().backendpid();
    Sharer() { locks.join(); }
    [[nodiscard]] std::size_t size() const { return locks.owned().size(); }
  };
  std::vector<std::unique_ptr<Sharer>> sharers;

  void join(int count) {
    for (int i = 0; i < count; ++i) sharers.push_back(std::make_unique<Sharer>());
  }
  // Rounds of balance() until nothing changes; fails the test if that takes more than three.
  void settle() {
    for (int round = 0; round < 4; ++round) {
      bool changed = false;
      for (auto& sharer : sharers) changed = sharer->locks.balance() || changed;
      if (!changed) return;
    }
    FAIL("they never come to rest");
  }
  void expect_disjoint_and_whole() {
    std::set<int> all;
    std::size_t sum = 0;
    for (const auto& sharer : sharers) {
      all.insert(sharer->locks.owned().begin(), sharer->locks.owned().end());
      sum += sharer->size();
    }
    LONGS_EQUAL(kShards, all.size());
    LONGS_EQUAL(kShards, sum);
  }
  // PostgreSQL takes the locks back a moment after a session ended: the next test must not share with the dead.
  void teardown() override {
    sharers.clear();
    CHECK_TRUE(e2e::await([] {
      return sql_number(
                 "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
                 "(SELECT oid FROM pg_database WHERE datname = current_database())") == 0;
    }));
  }
};

TEST(StorageShardLocks, OneTakesAll) {
  join(1);
  settle();
  LONGS_EQUAL(16, sharers[0]->size());
}

TEST(StorageShardLocks, ASecondGetsHalf) {
  join(1);
  settle();
  join(1);
  settle();
  expect_disjoint_and_whole();
  LONGS_EQUAL(8, sharers[1]->size());
}

TEST(StorageShardLocks, FourShareEqually) {
  join(4);
  settle();
  expect_disjoint_and_whole();
  for (const auto& sharer : sharers) LONGS_EQUAL(4, sharer->size());
}

TEST(StorageShardLocks, ThreeShareWhatDoesNotDivide) {
  join(3);
  settle();
  expect_disjoint_and_whole();
  for (const auto& sharer : sharers) CHECK(sharer->size() >= 4 && sharer->size() <= 6);
}

TEST(StorageShardLocks, MoreSharersThanShardsLeaveSomeWithout) {
  join(17);
  settle();
  expect_disjoint_and_whole();
}

TEST(StorageShardLocks, TheShardsOfAKilledSessionGoToTheOther) {
  join(2);
  settle();
  CHECK(terminate(sharers[0]->pid));
  sharers.erase(sharers.begin());
  settle();
  LONGS_EQUAL(16, sharers[0]->size());
}

TEST(StorageShardLocks, AShardThatIsGivenUpGoesToTheOtherThoughThatHasItsShare) {
  join(2);
  settle();
  const int shard = *sharers[0]->locks.owned().begin();
  sharers[0]->locks.give_up(shard);
  settle();
  expect_disjoint_and_whole();
  CHECK(sharers[1]->locks.owned().contains(shard));
}

TEST(StorageShardLocks, AShardThatIsGivenUpIsNotTakenBackBeforeARetry) {
  join(1);
  settle();
  sharers[0]->locks.give_up(3);
  settle();
  LONGS_EQUAL(15, sharers[0]->size());
  sharers[0]->locks.retry();
  settle();
  LONGS_EQUAL(16, sharers[0]->size());
  CHECK(sharers[0]->locks.given_up().empty());
}

TEST(StorageShardLocks, WhoGaveAShardUpSharesAgainAfterARetry) {
  join(2);
  settle();
  for (const int shard : {0, 1, 2}) {
    if (sharers[0]->locks.owned().contains(shard)) sharers[0]->locks.give_up(shard);
  }
  settle();
  sharers[0]->locks.retry();
  settle();
  expect_disjoint_and_whole();
  LONGS_EQUAL(8, sharers[0]->size());
}

TEST(StorageShardLocks, WhoLostItsSessionIsTold) {
  join(1);
  settle();
  CHECK(terminate(sharers[0]->pid));
  expect_throws<pqxx::failure>([&] { sharers[0]->locks.balance(); });
}

TEST(StorageShardLocks, WhatIsOwnedIsLockedInTheDatabase) {
  join(2);
  settle();
  LONGS_EQUAL(8 + 1, sql_number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = $1",
                                sharers[0]->pid));
}

}  // namespace ticketd::tests
