// Random schedules: batches of any size end as the domain says that one command after the other ends.
#include <map>

#include "support/fakes.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

using domain::Command;

TEST_GROUP_BASE(StorageMixedBatches, IntegrationTest) {
  EventId event = make_event(4, 2);
  int users_in_it = 8;
  const std::vector<UserId> users = make_users(8);
  storage::HolderCache holders;

  // Few people, and all have so many bookings that they are remembered from batch to batch.
  void give_many_to_each() {
    event = make_event(4 * storage::HolderCache::kMany, 100);
    users_in_it = 3;
  }
  // Books, cancels and resizings in any order, always the same for a seed.
  std::vector<Command> schedule(std::uint64_t seed, int length) const {
    SeededRandom random(seed);
    std::vector<Command> commands;
    for (int i = 0; i < length; ++i) {
      const auto user = users[static_cast<std::size_t>(random.below(users_in_it))];
      const int what = random.below(20);
      commands.push_back(what < (users_in_it == 8 ? 11 : 14) ? book(user, event)
                         : what < 18                         ? cancel(user, event)
                                     : resize(event, users_in_it == 8 ? 3 + random.below(4) : 20 + random.below(10)));
    }
    return commands;
  }
  // The event as it is stored, with everything loaded.
  domain::EventState whole_event() const {
    auto loaded = commit([&](pqxx::work& tx) { return load_batch(tx, {resize(event, 1)}); });
    CHECK_TRUE(loaded.events.at(event).live().empty());  // it begins without a booking
    return loaded.events.at(event);
  }
  // The live bookings as the table has them, against those that the domain ended with.
  void expect_same_bookings(const domain::EventState& expected) const {
    const auto rows =
        sql("SELECT id, state, seq, slot FROM bookings WHERE event_id = $1 AND state IN "
            "('confirmed', 'waitlisted')",
            event.str());
    LONGS_EQUAL(expected.live().size(), rows.size());
    for (const auto& row : rows) {
      const auto* booking = expected.find(*BookingId::parse(row["id"].c_str()));
      CHECK_TRUE_TEXT(booking != nullptr, "a booking that should not be");
      expect_text(name_of(booking->state), row["state"].c_str());
      LONGS_EQUAL(booking->seq, row["seq"].as<std::int64_t>());
      LONGS_EQUAL(booking->slot, row["slot"].as<int>());
    }
  }
  void expect_as_one_by_one(std::uint64_t seed, std::size_t batch_size) {
    auto alone = whole_event();
    const auto commands = schedule(seed, 120);
    for (std::size_t at = 0; at < commands.size(); at += batch_size) {
      const auto end = std::min(commands.size(), at + batch_size);
      const std::vector batch(commands.begin() + static_cast<std::ptrdiff_t>(at),
                              commands.begin() + static_cast<std::ptrdiff_t>(end));
      const auto decisions = carry_out(batch, holders);
      for (std::size_t i = 0; i < batch.size(); ++i) {
        const auto expected = decided(alone, batch[i]);
        expect_text(name_of(expected.outcome), name_of(decisions.at(i).outcome));
        LONGS_EQUAL(expected.place, decisions[i].place);
      }
      expect_text("", broken_rule(event));
    }
    expect_same_bookings(alone);
  }
};

TEST(StorageMixedBatches, OneByOneIsAsTheDomainSays) { expect_as_one_by_one(1, 1); }
TEST(StorageMixedBatches, SmallOnesAreAsOneByOne) { expect_as_one_by_one(2, 7); }
TEST(StorageMixedBatches, LargeOnesAreAsOneByOne) { expect_as_one_by_one(3, 60); }
TEST(StorageMixedBatches, OneLargeOneIsAsOneByOne) { expect_as_one_by_one(4, 120); }

TEST(StorageMixedBatches, OfThoseWhoHaveManyAreAsOneByOne) {
  give_many_to_each();
  expect_as_one_by_one(5, 10);
  for (int i = 0; i < users_in_it; ++i) CHECK(holders.find(event, users[static_cast<std::size_t>(i)]) != nullptr);
}

TEST(StorageMixedBatches, AHundredBookingsAreReadOnce) {
  event = make_event(1'000, 100);
  for (int i = 0; i < 99; ++i) carry_out(book(users[0], event));
  carry_out({book(users[0], event)}, holders);
  sql("UPDATE bookings SET quantity = 2 WHERE event_id = $1", event.str());  // behind the worker's back
  CHECK(carry_out({cancel(users[0], event), book(users[0], event)}, holders).at(1).outcome ==
        domain::Outcome::confirmed);
  holders.clear();
  CHECK(carry_out({cancel(users[0], event), book(users[0], event)}, holders).at(1).reason ==
        domain::Reason::limit_reached);
}

}  // namespace ticketd::tests
