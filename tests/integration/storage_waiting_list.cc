// The place in the line, and the counted blocks that it comes from.
#include "storage/bookings.h"
#include "storage/events.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(StorageLine, IntegrationTest) {
  // One has the seat, the others wait: seqs 2 to 600 lie in three blocks.
  const EventId event = make_event(1);
  const std::vector<UserId> people = make_users(600);

  int place_of(const UserId& user) const {
    return commit([&](pqxx::work& tx) { return storage::find_holding(tx, event, user, now()); }).place.value_or(0);
  }
  int listed_place_of(const UserId& user) const {
    const auto list = commit([&](pqxx::work& tx) { return storage::list_bookings(tx, user, {}, now()); });
    return list.at(0).place.value_or(0);
  }
  int tickets_before(const domain::Command& command) const {
    return *commit([&](pqxx::work& tx) {
              return storage::find_booking(tx, *command.booking(), command.user, now());
            })->tickets_ahead;
  }
  // "seq:waiting" of each block.
  std::string blocks() const {
    return sql_text(
        "SELECT string_agg(block || ':' || waiting, ' ' ORDER BY block) FROM waiting_blocks WHERE event_id = $1",
        event.str());
  }
  void cancel_of(std::size_t first, std::size_t end) const {
    std::vector<domain::Command> commands;
    for (auto i = first; i < end; ++i) commands.push_back(cancel(people[i], event));
    carry_out(commands);
  }
};

TEST(StorageLine, CountsThroughAllBlocks) {
  carry_out(book_all(people, event));
  expect_text("0:254 256:256 512:89", blocks());
  for (const std::size_t i : {1U, 254U, 255U, 256U, 510U, 511U, 599U}) {
    LONGS_EQUAL(i, place_of(people[i]));
    LONGS_EQUAL(i, listed_place_of(people[i]));
  }
}

// A group of n has n seqs, so the blocks have fewer entries.
TEST(StorageLine, CountsTicketsThroughAllBlocks) {
  auto commands = book_all(people, event);
  for (std::size_t i = 1; i < commands.size(); i += 3)
    commands[i].action =
        domain::Book{*commands[i].booking(), 3, i % 2 == 0 ? std::optional(domain::Remainder::keep) : std::nullopt};
  sql("UPDATE events SET max_per_user = 100, total_tickets = 3, available_tickets = 3, max_skips = 0, "
      "saving_stops_hours = 1 WHERE id = $1",
      event.str());
  carry_out(commands);
  int before = 0;
  for (std::size_t i = 1; i < commands.size(); ++i) {
    LONGS_EQUAL(i, place_of(people[i]));
    LONGS_EQUAL(before, tickets_before(commands[i]));
    before += std::get<domain::Book>(commands[i].action).quantity;
  }
  LONGS_EQUAL(before, commit([&](pqxx::work& tx) { return storage::find_event(tx, event); })->waiting_tickets);
}

TEST(StorageLine, LeavesOutWhoLeftIt) {
  carry_out(book_all(people, event));
  cancel_of(200, 300);
  expect_text("0:199 256:211 512:89", blocks());
  LONGS_EQUAL(199, place_of(people[199]));
  LONGS_EQUAL(200, place_of(people[300]));
  LONGS_EQUAL(499, place_of(people[599]));
}

TEST(StorageLine, MovesUpWithEachPromotion) {
  carry_out(book_all(people, event));
  cancel_of(0, 256);
  expect_text("256:254 512:89", blocks());
  LONGS_EQUAL(1, place_of(people[257]));
  LONGS_EQUAL(0, place_of(people[256]));
}

TEST(StorageLine, CountsABatchThatJoinsAndLeavesAtOnce) {
  std::vector<domain::Command> commands = book_all(people, event);
  for (std::size_t i = 1; i < 600; i += 2) commands.push_back(cancel(people[i], event));
  carry_out(commands);
  expect_text("0:127 256:128 512:44", blocks());
  carry_out(commands = {cancel(people[2], event), book(people[1], event)});
  expect_text("0:126 256:128 512:45", blocks());
}

TEST(StorageLine, IsGoneWithItsEvent) {
  carry_out(book_all(people, event));
  carry_out(remove(event));
  carry_out_pieces(event);
  expect_text("", blocks());
}

TEST(StorageLine, IsPromotedAsAWholeByARaisedCapacity) {
  carry_out(book_all(people, event));
  carry_out(resize(event, 600));
  expect_text("", blocks());
}

}  // namespace ticketd::tests
