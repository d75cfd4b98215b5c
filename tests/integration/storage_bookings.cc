// Bookings, requests and notifications, as the people they belong to read them.
#include "storage/bookings.h"

#include <set>

#include "api/notification_list.h"
#include "storage/notifications.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

using storage::BookingFilter;

TEST_GROUP_BASE(StorageBookings, IntegrationTest) {
  const UserId user = make_user();
  std::vector<storage::BookingDetails> list(const BookingFilter& filter = {}) const {
    return commit([&](pqxx::work& tx) { return storage::list_bookings(tx, user, filter, now()); });
  }
  static std::optional<storage::BookingDetails> find(BookingId id, UserId reader) {
    return commit([&](pqxx::work& tx) { return storage::find_booking(tx, id, reader, now()); });
  }
};

TEST(StorageBookings, AreListedNewestFirst) {
  auto old = book(user, make_event()), young = book(user, make_event());
  old.accepted_at -= seconds(1);
  carry_out({young, old});
  const auto found = list();
  CHECK(found.at(0).id == *young.booking());
  CHECK(found.at(1).id == *old.booking());
}

TEST(StorageBookings, AWalkOverEqualTimesMissesNothing) {
  const auto event = make_event(10, 7);
  const auto at = now();
  for (int i = 0; i < 7; ++i) {
    auto command = book(user, event);
    command.accepted_at = at;
    carry_out(command);
  }
  BookingFilter filter;
  filter.limit = 2;
  std::set<BookingId> seen;
  for (auto page = list(filter); !page.empty(); page = list(filter)) {
    for (const auto& booking : page) CHECK(seen.insert(booking.id).second);
    filter.after = {page.back().created_at, page.back().id.str()};
  }
  LONGS_EQUAL(7, seen.size());
}

TEST(StorageBookings, AreFilteredByStateAndEvent) {
  const auto event = make_event(1), other = make_event(1);
  carry_out({book(make_user(), event), book(user, event), book(user, other)});
  BookingFilter waiting, of_other;
  waiting.state = domain::BookingState::waitlisted;
  of_other.event = other;
  LONGS_EQUAL(1, list(waiting).size());
  CHECK(list(waiting)[0].event == event);
  LONGS_EQUAL(1, list(of_other).size());
  CHECK(list(of_other)[0].state == domain::BookingState::confirmed);
}

TEST(StorageBookings, AWaitingOneKnowsItsPlace) {
  const auto event = make_event(1);
  const auto ahead = make_users(3);
  carry_out(book_all(ahead, event));
  const auto mine = book(user, event);
  carry_out(mine);
  LONGS_EQUAL(3, *find(*mine.booking(), user)->place);
  carry_out(cancel(ahead[1], event));
  LONGS_EQUAL(2, *find(*mine.booking(), user)->place);
}

TEST(StorageBookings, APromotedOneHasNoPlaceAndATimeOfPromotion) {
  const auto event = make_event(1);
  const auto first = make_user();
  const auto mine = book(user, event);
  carry_out({book(first, event), mine});
  carry_out(cancel(first, event));
  const auto found = *find(*mine.booking(), user);
  CHECK(found.state == domain::BookingState::confirmed);
  CHECK(found.promoted_at.has_value());
  CHECK_FALSE(found.place.has_value());
}

TEST(StorageBookings, ARejectedOneSaysWhy) {
  const auto event = make_event(5);
  const auto second = book(user, event);
  carry_out({book(user, event), second});
  const auto found = *find(*second.booking(), user);
  CHECK(found.state == domain::BookingState::rejected);
  expect_text("limit_reached", *found.reason);
}

TEST(StorageBookings, SomebodyElsesIsNotFound) {
  const auto mine = book(user, make_event());
  carry_out(mine);
  CHECK(find(*mine.booking(), user).has_value());
  CHECK_FALSE(find(*mine.booking(), make_user()).has_value());
}

TEST(StorageBookings, ARequestIsFoundByItsPersonAlone) {
  const auto command = book(user, make_event());
  carry_out(command);
  const auto found = commit([&](pqxx::work& tx) { return storage::find_command_outcome(tx, command.id, user); });
  expect_text("confirmed", found->outcome);
  CHECK(found->booking == command.booking() && found->event == command.event);
  const auto stranger = make_user();
  CHECK_FALSE(
      commit([&](pqxx::work& tx) { return storage::find_command_outcome(tx, command.id, stranger); }).has_value());
}

// What is said of groups.
TEST_GROUP_BASE(BookingsOfGroups, IntegrationTest) {
  const UserId user = make_user();

  static domain::Command group(UserId person, EventId event, int quantity,
                               std::optional<domain::Remainder> accept_fewer = {}) {
    auto command = book(person, event);
    command.action = domain::Book{*command.booking(), quantity, accept_fewer};
    return command;
  }
  // Which counts skips, although it starts in a day.
  static EventId make_saving_event(int tickets) {
    const auto event = make_event(tickets, 100);
    sql("UPDATE events SET saving_stops_hours = 1 WHERE id = $1", event.str());
    return event;
  }
  static storage::BookingDetails find(const domain::Command& command, Time at = now()) {
    return *commit([&](pqxx::work& tx) { return storage::find_booking(tx, *command.booking(), command.user, at); });
  }
};

TEST(BookingsOfGroups, AWaitingOneKnowsWhatIsBeforeIt) {
  const auto event = make_saving_event(10);
  const auto users = make_users(5);
  const auto first = group(users[0], event, 8), four = group(users[1], event, 4),
             three = group(users[2], event, 3, domain::Remainder::keep), one = group(users[3], event, 2),
             last = group(users[4], event, 4, domain::Remainder::drop);
  carry_out({first, four, group(users[0], event, 2), three, one, last});  // the two that are free pass the four
  const auto found = find(last);
  LONGS_EQUAL(4, found.quantity);
  CHECK(found.accept_fewer == domain::Remainder::drop);
  LONGS_EQUAL(4, *found.place);
  LONGS_EQUAL(9, *found.tickets_ahead);
  LONGS_EQUAL(3, *found.skips_left);
  LONGS_EQUAL(0, *find(four).tickets_ahead);
  LONGS_EQUAL(2, *find(four).skips_left);
  CHECK_FALSE(find(four).accept_fewer.has_value());
  CHECK(find(three).accept_fewer == domain::Remainder::keep);
  carry_out(cancel(users[1], event));
  LONGS_EQUAL(5, *find(last).tickets_ahead);
}

TEST(BookingsOfGroups, OnlyAWaitingOneSaysWhatItTakes) {
  const auto event = make_event(2, 100);
  const auto seats = group(make_user(), event, 2), wish = group(user, event, 2, domain::Remainder::drop);
  carry_out({seats, wish});
  const auto over = commit([&](pqxx::work& tx) { return storage::find_event(tx, event); })->ends_at;
  for (const auto& found : {find(seats), find(wish, over)}) {
    LONGS_EQUAL(2, found.quantity);
    CHECK_FALSE(found.accept_fewer || found.place || found.tickets_ahead || found.skips_left);
  }
  expect_text("line_closed", *find(wish, over).reason);
}

TEST(BookingsOfGroups, NoFewerSkipsThanNoneAreLeft) {
  const auto event = make_saving_event(10);
  const auto seats = group(make_user(), event, 7), wish = group(make_user(), event, 4);
  carry_out({seats, wish, book(make_user(), event), book(make_user(), event)});
  LONGS_EQUAL(1, *find(wish).skips_left);
  sql("UPDATE events SET max_skips = 1 WHERE id = $1", event.str());
  LONGS_EQUAL(0, *find(wish).skips_left);
}

TEST_GROUP_BASE(StorageNotifications, IntegrationTest) {
  const UserId user = make_user();
  std::vector<storage::Notification> list(bool unread_only = false, const std::optional<storage::Cursor>& before = {},
                                          int limit = 100) const {
    return commit([&](pqxx::work& tx) { return storage::list_notifications(tx, user, unread_only, before, limit); });
  }
  int unread() const {
    return commit([&](pqxx::work& tx) { return storage::count_unread(tx, user); });
  }
  int read(const std::vector<NotificationId>& ids, UserId reader) const {
    return commit([&](pqxx::work& tx) { return storage::update_notifications_read(tx, reader, ids, now()); });
  }
  // So many, all of the same millisecond.
  void receive(int count) const {
    const auto at = now();
    std::vector<domain::Command> commands;
    for (int i = 0; i < count; ++i) {
      commands.push_back(cancel(user, fresh<EventId>()));
      commands.back().accepted_at = at;
    }
    carry_out(commands);
  }
};

TEST(StorageNotifications, AWalkOverEqualTimesMissesNothing) {
  receive(7);
  std::set<NotificationId> seen;
  std::optional<storage::Cursor> before;
  for (auto page = list(false, before, 3); !page.empty(); page = list(false, before, 3)) {
    for (const auto& one : page) CHECK(seen.insert(one.id).second);
    before = {page.back().created_at, page.back().id.str()};
  }
  LONGS_EQUAL(7, seen.size());
}

// The queue was asked before the database.
TEST(StorageNotifications, WhatIsDecidedByNowStandsOnceAmongWhatIsPending) {
  const auto decided = cancel(user, fresh<EventId>());
  auto waiting = cancel(user, fresh<EventId>());
  waiting.accepted_at += seconds(1);
  carry_out(decided);
  const auto page = commit([&](pqxx::work& tx) { return list_page(tx, user, false, {}, {decided, waiting}); });
  const auto rows = *Json::parse(page.rows.str());
  LONGS_EQUAL(2, rows.size());
  expect_text("processing", rows.at(0)["kind"].text());
  expect_text("nothing_to_cancel", rows.at(1)["kind"].text());
  LONGS_EQUAL(2, page.unread_count);
}

TEST(StorageNotifications, MarkingSomeLeavesTheRestUnread) {
  receive(3);
  const auto all = list();
  LONGS_EQUAL(2, read({all[0].id, all[1].id}, user));
  LONGS_EQUAL(1, unread());
  const auto rest = list(true);
  LONGS_EQUAL(1, rest.size());
  CHECK(rest[0].id == all[2].id);
}

TEST(StorageNotifications, MarkingAllMarksAll) {
  receive(3);
  LONGS_EQUAL(3, read({}, user));
  LONGS_EQUAL(0, unread());
}

TEST(StorageNotifications, ReadingAgainKeepsTheFirstTime) {
  receive(1);
  const auto id = list()[0].id;
  read({id}, user);
  const auto first = list()[0].read_at;
  LONGS_EQUAL(0, read({id}, user));
  CHECK(list()[0].read_at == first);
}

TEST(StorageNotifications, SomebodyElsesAreNotMarked) {
  receive(1);
  LONGS_EQUAL(0, read({list()[0].id}, make_user()));
  LONGS_EQUAL(1, unread());
}

}  // namespace ticketd::tests
