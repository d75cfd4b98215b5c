// What an event's people are told at once: by whom it is read, each once, and when.
#include "storage/announcements.h"

#include <algorithm>

#include "domain/shard.h"
#include "storage/retention.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {
namespace {

using std::chrono::hours;
constexpr int kShards = 16;

}  // namespace

TEST_GROUP_BASE(Announcements, IntegrationTest) {
  const EventId event = make_event(3, 3);
  const Time at = now();

  storage::Announcement message(const std::string& audience = "confirmed", Time when = now()) const {
    storage::Announcement message;
    message.id = fresh<AnnouncementId>();
    message.event = event;
    message.kind = "message";
    message.audience = audience;
    message.subject = "Doors";
    message.text = "They open at seven.";
    message.created_at = when;
    return message;
  }
  bool send(const std::string& audience = "confirmed", Time when = now()) const {
    return commit([&](pqxx::work& tx) { return storage::insert_message(tx, message(audience, when)); });
  }
  storage::Announcement remind(std::optional<int> hours_before, Time when = now()) const {
    return commit(
        [&](pqxx::work& tx) { return storage::set_reminder(tx, event, fresh<AnnouncementId>(), hours_before, when); });
  }
  void move(Time starts_at) const {
    sql("UPDATE events SET start_date_time = $2, end_date_time = $3 WHERE id = $1", event.str(), format_time(starts_at),
        format_time(starts_at + hours(2)));
  }
  // One piece of one that is due, of whichever event of the shard.
  bool announce_piece(Time when, int most = 100) const {
    return commit([&](pqxx::work& tx) {
      return storage::announce_next_piece(tx, {domain::shard_of(event, kShards)}, kShards, when, most).has_value();
    });
  }
  void announce(Time when = now(), int most = 100) const {
    while (announce_piece(when, most)) {
    }
  }
  std::vector<storage::Announcement> list() const {
    return commit([&](pqxx::work& tx) { return storage::list_announcements(tx, event, std::nullopt, 10); });
  }
  std::int64_t told(UserId user, const char* kind = "organiser_message") const {
    return sql_number("SELECT count(*) FROM notifications WHERE event_id = $1 AND user_id = $2 AND kind = $3",
                      event.str(), user.str(), kind);
  }
  std::optional<Time> reminder_due() const { return list().front().due_at; }
  std::optional<Time> next_time(Time when) const {
    return commit([&](pqxx::work& tx) { return storage::find_next_message_time(tx, event, when); });
  }
};

TEST(Announcements, GoToThoseWhomTheyAreFor) {
  const auto users = make_users(4);
  carry_out(book_all(users, event));  // three seats
  CHECK_TRUE(send("confirmed"));
  announce();
  LONGS_EQUAL(1, told(users[0]));
  LONGS_EQUAL(0, told(users[3]));
  CHECK_TRUE(send("waiting"));
  announce();
  LONGS_EQUAL(1, told(users[0]));
  LONGS_EQUAL(1, told(users[3]));
  CHECK_TRUE(send("all"));
  announce();
  for (const auto& user : users) LONGS_EQUAL(2, told(user));
}

TEST(Announcements, HeldSeatsAreNobodysYet) {
  const auto user = make_user();
  carry_out(book(user, event));
  sql("UPDATE bookings SET held_until = now() + interval '1 hour' WHERE event_id = $1", event.str());
  send("confirmed");
  announce();
  LONGS_EQUAL(0, told(user));
  send("all");
  announce();
  LONGS_EQUAL(1, told(user));
}

TEST(Announcements, APersonIsToldOnceOfSeveralBookings) {
  const auto user = make_user();
  carry_out({book(user, event), book(user, event)});
  send();
  announce(now(), 1);  // a piece for each booking
  LONGS_EQUAL(1, told(user));
  LONGS_EQUAL(1, list().front().told);
}

TEST(Announcements, WhoBooksAfterwardsIsNotWrittenTo) {
  const auto before = make_user(), after = make_user();
  carry_out(book(before, event));
  send();
  carry_out(book(after, event));
  announce();
  LONGS_EQUAL(1, told(before));
  LONGS_EQUAL(0, told(after));
}

TEST(Announcements, WhoHasCancelledIsNotWrittenTo) {
  const auto user = make_user();
  carry_out(book(user, event));
  send();
  carry_out(cancel(user, event));
  announce();
  LONGS_EQUAL(0, told(user));
  CHECK_FALSE(list().front().due_at.has_value());
}

TEST(Announcements, APieceSaysHowFarItIs) {
  carry_out(book_all(make_users(3), event));
  send("all");
  while (list().front().told == 0) CHECK_TRUE(announce_piece(now(), 2));
  LONGS_EQUAL(2, list().front().told);
  CHECK_TRUE(list().front().due_at.has_value());
  announce(now(), 2);
  LONGS_EQUAL(3, list().front().told);
  CHECK_FALSE(list().front().due_at.has_value());
}

TEST(Announcements, TheirWordsNameTheEvent) {
  const auto user = make_user();
  sql("UPDATE events SET title = 'Jazz' WHERE id = $1", event.str());
  carry_out(book(user, event));
  send();
  announce();
  STRCMP_EQUAL(
      "\"Jazz\": Doors\n\nThey open at seven. {\"subject\": \"Doors\"}",
      sql_text(
          "SELECT message || ' ' || arguments FROM notifications WHERE user_id = $1 AND kind = 'organiser_message'",
          user.str())
          .c_str());
}

// As clients may check it (RFC 9562): version 8, variant 10.
TEST(Announcements, TheirIdsAreUuids) {
  carry_out(book(make_user(), event));
  send();
  announce();
  expect_text("t", sql_text("SELECT id::text LIKE '________-____-8___-8___-____________' FROM notifications "
                            "WHERE event_id = $1 AND kind = 'organiser_message'",
                            event.str()));
}

TEST(Announcements, FiveMessagesADay) {
  for (int i = 0; i < 5; ++i) {
    CHECK_FALSE(next_time(at).has_value());
    send("confirmed", at + milliseconds(i));
  }
  CHECK_TRUE(next_time(at + hours(1)) == at + hours(24));
  CHECK_FALSE(next_time(at + hours(24)).has_value());
}

TEST(Announcements, OfAForgottenEventThereIsNobody) {
  send();
  sql("UPDATE events SET forgotten_at = now() WHERE id = $1", event.str());
  CHECK_FALSE(send());
  commit([&](pqxx::work& tx) { return storage::forget_piece(tx, {event}, 10); });
  CHECK_TRUE(list().empty());
}

TEST(Announcements, AReminderComesWhenItIsDue) {
  const auto user = make_user(), waiting = make_user();
  carry_out(book_all({user, make_user(), make_user(), waiting}, event));
  move(at + hours(30));
  const auto due_at = remind(2).due_at.value();
  CHECK_TRUE(due_at == at + hours(28));
  announce(due_at - milliseconds(1));
  LONGS_EQUAL(0, told(user, "reminder"));
  announce(due_at);
  LONGS_EQUAL(1, told(user, "reminder"));
  LONGS_EQUAL(0, told(waiting, "reminder"));
  announce(due_at + hours(1));
  LONGS_EQUAL(1, told(user, "reminder"));
}

TEST(Announcements, NobodyIsRemindedOfWhatHasBegun) {
  const auto user = make_user();
  carry_out(book(user, event));
  remind(2);
  announce(at + hours(48));
  LONGS_EQUAL(0, told(user, "reminder"));
  CHECK_FALSE(reminder_due().has_value());
}

TEST(Announcements, AReminderIsReplacedAndTakenAway) {
  const auto id = remind(2).id;
  CHECK_TRUE(remind(5).id == id);
  LONGS_EQUAL(1, list().size());
  LONGS_EQUAL(5, list().front().hours_before.value());
  CHECK_FALSE(remind(std::nullopt).due_at.has_value());
  CHECK_TRUE(list().empty());
  CHECK_TRUE(remind(2).due_at.has_value());
}

TEST(Announcements, WhatIsDueAlreadyIsNotToldAnyMore) {
  move(at + hours(30));
  CHECK_FALSE(remind(30, at).due_at.has_value());
  CHECK_TRUE(remind(29, at).due_at == at + hours(1));
}

// Whoever moves it, by whatever statement.
TEST(Announcements, AReminderMovesWithItsEvent) {
  const auto user = make_user();
  carry_out(book(user, event));
  remind(2);
  announce(at + hours(23));
  LONGS_EQUAL(1, told(user, "reminder"));
  const auto starts_at = at + hours(24 * 10);
  move(starts_at);
  CHECK_TRUE(reminder_due() == starts_at - hours(2));
  announce(starts_at - hours(2));
  LONGS_EQUAL(2, told(user, "reminder"));
  LONGS_EQUAL(1, list().front().told);
  move(now() + hours(1));  // too soon for it
  CHECK_FALSE(reminder_due().has_value());
}

// However an organiser plays with the date, or with the hours.
TEST(Announcements, NobodyIsRemindedTwiceWithinADay) {
  const auto user = make_user();
  carry_out(book(user, event));
  move(at + hours(50));
  const auto first = remind(48).due_at.value();
  announce(first);
  CHECK_FALSE(remind(27).due_at.has_value());  // 23 hours later
  move(at + hours(51));
  CHECK_FALSE(remind(27).due_at.has_value() && *reminder_due() < first + hours(24));
  move(at + hours(49));
  CHECK_FALSE(reminder_due().has_value());
  const auto again = remind(20).due_at.value();
  announce(again);
  LONGS_EQUAL(2, told(user, "reminder"));
}

// Bookings change between two pieces: what one piece has told is not told again by the next, and what it passed over
// is.
TEST(Announcements, APersonIsToldOnceHoweverBookingsChangeMeanwhile) {
  const auto twice = make_user(), late = make_user();
  const auto first = book(twice, event);
  carry_out({first, book(twice, event), book(make_user(), event), book(late, event)});  // the last one waits
  carry_out(resize(event, 4));
  sql("UPDATE bookings SET held_until = now() + interval '1 hour' WHERE event_id = $1 AND user_id = $2", event.str(),
      late.str());
  carry_out(resize(event, 5));
  carry_out(book(late, event));
  send("confirmed");
  while (list().front().told == 0) CHECK_TRUE(announce_piece(now(), 1));
  sql("UPDATE bookings SET state = 'cancelled', cancelled_at = now() WHERE id = $1", first.booking()->str());
  announce(now(), 1);
  LONGS_EQUAL(1, told(twice));
  LONGS_EQUAL(1, told(late));
}

TEST(Announcements, OneThatFailsWaitsAndHoldsUpNoOther) {
  const auto user = make_user();
  carry_out(book(user, event));
  announce();
  send();
  commit([&](pqxx::work& tx) { storage::delay_announcement(tx, {domain::shard_of(event, kShards)}, kShards, now()); });
  CHECK_FALSE(announce_piece(now()));
  announce(now() + std::chrono::minutes(1));
  LONGS_EQUAL(1, told(user));
}

TEST(Announcements, AnEventIsForgottenOnceAllAreTold) {
  carry_out(book(make_user(), event));
  announce();
  send();
  const auto due = [&] {
    const auto found = commit(
        [&](pqxx::work& tx) { return storage::mark_events_to_forget(tx, {}, now() - hours(24 * 30), 1000, now()); });
    return std::ranges::find(found.events, event) != found.events.end();
  };
  move(at - hours(24 * 40));
  sql("UPDATE events SET over = true WHERE id = $1", event.str());
  CHECK_FALSE(due());
  announce();
  CHECK_TRUE(due());
}

// The row is the queue: of two workers that think it is theirs, one waits for nobody and finds nothing.
TEST(Announcements, NobodyElseGoesThroughTheSameOne) {
  carry_out(book(make_user(), event));
  announce();
  send();
  auto session = open_session();
  pqxx::work tx(session.get());
  const auto piece = storage::announce_next_piece(tx, {domain::shard_of(event, kShards)}, kShards, now(), 100);
  CHECK_TRUE(piece && piece->of.event == event && piece->told == 1 && piece->is_last);
  CHECK_FALSE(announce_piece(now()));
}

}  // namespace ticketd::tests
