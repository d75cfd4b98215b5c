// What an event's people are told at once: by whom it is read, each once, and when.
#include "storage/announcements.h"

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
  void remind(int hours_before, std::optional<Time> due_at) const {
    storage::Announcement reminder;
    reminder.id = fresh<AnnouncementId>();
    reminder.event = event;
    reminder.kind = "reminder";
    reminder.hours_before = hours_before;
    reminder.created_at = at;
    reminder.due_at = due_at;
    commit([&](pqxx::work& tx) { storage::replace_reminder(tx, event, reminder); });
  }
  // One piece of one that is due, of whichever event of the shard.
  bool announce_piece(Time when, int most = 100) const {
    return commit([&](pqxx::work& tx) {
      return storage::announce_next_piece(tx, {domain::shard_of(event, kShards)}, kShards, when, most);
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
  remind(2, at + hours(1));
  announce(at + hours(1) - milliseconds(1));
  LONGS_EQUAL(0, told(user, "reminder"));
  announce(at + hours(1));
  LONGS_EQUAL(1, told(user, "reminder"));
  LONGS_EQUAL(0, told(waiting, "reminder"));
  announce(at + hours(2));
  LONGS_EQUAL(1, told(user, "reminder"));
}

TEST(Announcements, NobodyIsRemindedOfWhatHasBegun) {
  const auto user = make_user();
  carry_out(book(user, event));
  remind(2, at + hours(1));
  announce(at + hours(48));
  LONGS_EQUAL(0, told(user, "reminder"));
  CHECK_FALSE(reminder_due().has_value());
}

TEST(Announcements, AReminderIsReplacedAndTakenAway) {
  remind(2, at + hours(1));
  remind(5, std::nullopt);
  LONGS_EQUAL(1, list().size());
  LONGS_EQUAL(5, list().front().hours_before.value());
  commit([&](pqxx::work& tx) { storage::replace_reminder(tx, event, std::nullopt); });
  CHECK_TRUE(list().empty());
}

// Whoever moves it, by whatever statement.
TEST(Announcements, AReminderMovesWithItsEvent) {
  const auto user = make_user();
  carry_out(book(user, event));
  remind(2, at);
  announce();
  LONGS_EQUAL(1, told(user, "reminder"));
  const auto starts_at = at + hours(24 * 10);
  const auto move = [&](Time when) {
    sql("UPDATE events SET start_date_time = $2, end_date_time = $3 WHERE id = $1", event.str(), format_time(when),
        format_time(when + hours(2)));
  };
  move(starts_at);
  CHECK_TRUE(reminder_due() == starts_at - hours(2));
  LONGS_EQUAL(0, list().front().told);
  announce(starts_at - hours(2));
  LONGS_EQUAL(2, told(user, "reminder"));
  move(now() + hours(1));  // too soon for it
  CHECK_FALSE(reminder_due().has_value());
}

// The row is the queue: of two workers that think it is theirs, one waits for nobody and finds nothing.
TEST(Announcements, NobodyElseGoesThroughTheSameOne) {
  carry_out(book(make_user(), event));
  announce();
  send();
  auto session = open_session();
  pqxx::work tx(session.get());
  CHECK_TRUE(storage::announce_next_piece(tx, {domain::shard_of(event, kShards)}, kShards, now(), 100));
  CHECK_FALSE(announce_piece(now()));
}

}  // namespace ticketd::tests
