// What an erased account leaves, and what becomes of what it held.
#include "storage/erasures.h"

#include "domain/shard.h"
#include "drain_rig.h"
#include "storage/account_mails.h"
#include "storage/accounts.h"
#include "storage/webhooks.h"

namespace ticketd::tests {
namespace {

using std::chrono::hours;

}  // namespace

TEST_GROUP_BASE(Erasures, DrainTest) {
  const storage::User person = made();
  const UserId user = person.id;

  static storage::User made() {
    const auto user = new_user();
    CHECK(commit([&](pqxx::work& tx) { return storage::insert_user(tx, user, "hash"); }));
    return user;
  }
  void erase() const {
    commit([&](pqxx::work& tx) { return storage::erase_account(tx, user, SystemClock()); });
  }
  // Of the user's, in the event's shard.
  std::vector<domain::Command> held(EventId event, Time at = now()) const {
    auto commands = commit([&](pqxx::work& tx) {
      return storage::list_erased_holdings(tx, {domain::shard_of(event, kShards)}, kShards, at);
    });
    std::erase_if(commands, [&](const auto& command) { return command.user != user; });
    for (auto& command : commands) {
      command.id = fresh<CommandId>();
      command.notification = fresh<NotificationId>();
    }
    return commands;
  }
  static void carry_out_own(const std::vector<domain::Command>& commands) {
    DrainRig rig;
    for (const auto& command : commands) rig.drain.carry_out_own(command);
  }
  void look(Time at) const {
    commit([&](pqxx::work& tx) { storage::update_erasures(tx, at); });
  }
  std::string due() const { return sql_text("SELECT count(*) FROM erasures WHERE user_id = $1", user.str()); }
};

TEST(Erasures, NothingIsLeftThatIsTheirs) {
  commit([&](pqxx::work& tx) {
    storage::insert_account_news(tx, storage::AccountMail::password_changed, user, person.email, now());
    storage::insert_link_wish(tx, {storage::AccountMail::reset_password, person.email, std::nullopt}, now());
    storage::Webhook webhook;
    webhook.id = fresh<WebhookId>();
    webhook.owner = user;
    webhook.url = "https://ann.example/";
    webhook.types = {"booking.confirmed"};
    webhook.created_at = webhook.updated_at = now();
    storage::insert_webhook(tx, webhook, std::string(32, 's'), 10);
    storage::insert_idempotency_key(tx, user, person.email, "f", "answer", now());
    storage::take_calendar(tx, user);
  });
  sql("INSERT INTO notifications (id, user_id, kind, message, created_at, updated_at) "
      "VALUES (gen_random_uuid(), $1, 'webhook_off', 'Your webhook at ann.example', now(), now())",
      user.str());
  erase();
  for (const auto* table : {"account_mails", "mails", "webhooks", "idempotency_keys", "notifications"})
    LONGS_EQUAL_TEXT(0, sql_number(std::string("SELECT count(*) FROM ") + table + " WHERE user_id = $1", user.str()),
                     table);
  LONGS_EQUAL(0, sql_number("SELECT count(*) FROM account_mails WHERE address = $1", person.email));
  LONGS_EQUAL(1, sql_number("SELECT count(*) FROM users WHERE id = $1 AND name IS NULL AND password_hash = '' AND "
                            "calendar_id IS NULL AND email LIKE 'deleted-%@deleted.invalid' AND role = 'user' "
                            "AND email_verified_at IS NULL AND tokens_valid_after > created_at",
                            user.str()));
}

TEST(Erasures, WhatTheyHeldGoesOnToTheNextInLine) {
  const auto event = make_event(1);
  const auto next = make_user();
  carry_out({book(user, event), book(next, event)});
  erase();
  const auto commands = held(event);
  LONGS_EQUAL(1, commands.size());
  carry_out_own(commands);
  CHECK(users_in_state(event, "confirmed") == std::vector{next});
  LONGS_EQUAL(0, held(event).size());
  expect_text("", broken_rule(event));
}

TEST(Erasures, TheirPlacesInLineGoToo) {
  const auto event = make_event(1);
  carry_out({book(make_user(), event), book(user, event)});
  erase();
  carry_out_own(held(event));
  LONGS_EQUAL(0, count_bookings(event, "waitlisted"));
}

// Or the worker would try to cancel that again and again, and is refused.
TEST(Erasures, WhoWasAdmittedStays) {
  const auto event = make_event(1);
  const auto booking = book(user, event);
  carry_out(booking);
  sql("INSERT INTO tickets (booking_id, number, admitted_at, admission) VALUES ($1, 1, now(), gen_random_uuid())",
      booking.booking()->str());
  sql("UPDATE events SET admits = true WHERE id = $1", event.str());
  erase();
  LONGS_EQUAL(0, held(event).size());
}

TEST(Erasures, OfAnotherShardAnotherWorkerSees) {
  const auto event = make_event(1);
  carry_out(book(user, event));
  erase();
  const auto other = commit([&](pqxx::work& tx) {
    return storage::list_erased_holdings(tx, {(domain::shard_of(event, kShards) + 1) % kShards}, kShards, now());
  });
  LONGS_EQUAL(0, std::ranges::count(other, user, &domain::Command::user));
}

TEST(Erasures, WhoWasThereStaysANumber) {
  const auto event = make_event(1);
  carry_out(book(user, event));
  sql("UPDATE events SET start_date_time = now() - interval '3 hours', end_date_time = now() - interval '1 hour' WHERE "
      "id = $1",
      event.str());
  erase();
  LONGS_EQUAL(0, held(event).size());
}

TEST(Erasures, TheirEventsGoAndTakeNoMoreBookings) {
  const auto event = make_event_of(user);
  carry_out(book(user, event));
  erase();
  const auto commands = held(event);
  LONGS_EQUAL(1, commands.size());  // the booking goes along
  carry_out_own(commands);
  expect_text("cancelled", sql_text("SELECT state FROM events WHERE id = $1", event.str()));
  CHECK_FALSE(queue.submit(book(make_user(), event), {}).ok());
}

// An event of theirs that was over when they went, and that a command of before has moved.
TEST(Erasures, WhatComesBackIsCancelled) {
  const auto event = make_event_of(user);
  const auto end = [&](const char* in) {
    sql("UPDATE events SET start_date_time = now() - interval '9 hours', end_date_time = now() + $2::interval WHERE id "
        "= $1",
        event.str(), in);
  };
  end("-1 hour");
  erase();
  LONGS_EQUAL(0, held(event).size());
  end("1 hour");
  LONGS_EQUAL(1, held(event).size());
}

TEST(Erasures, OneThatFailsWaitsAMinute) {
  const auto event = make_event(1);
  carry_out(book(user, event));
  erase();
  const auto at = now();
  commit([&](pqxx::work& tx) { storage::delay_erasure(tx, user, at); });
  LONGS_EQUAL(0, held(event, at + std::chrono::seconds(59)).size());
  LONGS_EQUAL(1, held(event, at + std::chrono::seconds(60)).size());
}

TEST(Erasures, WhatWasQueuedBeforeIsSeenLater) {
  const auto event = make_event(1);
  erase();
  const auto asked = now();
  look(asked);
  LONGS_EQUAL(0, held(event, asked).size());
  carry_out(book(user, event));
  look(asked + hours(1));  // somebody holds something
  LONGS_EQUAL(1, held(event, asked + hours(1)).size());
}

TEST(Erasures, AfterAMonthNobodyLooksAnyMore) {
  erase();
  for (const int day : {1, 10, 29}) look(now() + hours(24 * day));
  expect_text("1", due());
  look(now() + hours(24 * 70));
  expect_text("0", due());
}

TEST(Erasures, WhoHoldsSomethingIsNeverForgotten) {
  const auto event = make_event(1);
  sql("UPDATE events SET start_date_time = now() + interval '90 days', end_date_time = now() + interval '91 days' "
      "WHERE id = $1",
      event.str());
  carry_out(book(user, event));
  erase();
  look(now() + hours(24 * 70));
  expect_text("1", due());
}

}  // namespace ticketd::tests
