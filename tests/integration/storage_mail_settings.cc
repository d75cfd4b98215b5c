// Which mails somebody wants, and the links that say no.
#include "storage/mail_settings.h"

#include "storage/mails.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(MailSettings, IntegrationTest) {
  const UserId user = make_user();
  const std::string hash = std::string(31, 'h') + '\0';

  // What other tests left is told to nobody.
  void setup() override {
    sql("UPDATE notifications SET untold = false WHERE untold");
    sql("DELETE FROM mails");
  }
  storage::MailSettings found() const {
    return commit([&](pqxx::work& tx) { return storage::find_mail_settings(tx, user); }).value();
  }
  storage::MailSettings update(const storage::MailSettingsChanges& changes) const {
    return commit([&](pqxx::work& tx) { return storage::update_mail_settings(tx, user, changes); }).value();
  }
  void notify(const std::string& kind, const std::string& arguments) const {
    sql("INSERT INTO notifications (id, user_id, kind, message, arguments, created_at, updated_at, untold) "
        "VALUES ($1, $2, $3, 'm', $4::jsonb, now(), now(), true)",
        fresh<NotificationId>().str(), user.str(), kind, arguments);
  }
  static void make_mails(const std::string& kind) {
    commit(
        [&](pqxx::work& tx) { return storage::insert_mails(tx, {kind}, now(), now() - std::chrono::hours(1), 100); });
  }
  std::optional<storage::MailTask> claim(Time when) const {
    return commit([&](pqxx::work& tx) { return storage::claim_mail(tx, when, when + std::chrono::hours(1), hash); });
  }
  // A mail in hand of a notification of that kind; empty if nobody is to get one.
  std::optional<storage::MailTask> mail_of(const std::string& kind, const std::string& arguments = "{}") const {
    notify(kind, arguments);
    make_mails(kind);
    return claim(now());
  }
  std::optional<storage::Unsubscribed> stop(MailId mail, const std::string& with) const {
    return commit([&](pqxx::work& tx) { return storage::unsubscribe(tx, mail, with); });
  }
};

TEST(MailSettings, AllIsMailedInTheHostsLanguageUnlessSomebodyChose) {
  const auto settings = found();
  CHECK_FALSE(settings.language.has_value());
  CHECK_TRUE(settings.bookings && settings.reminders && settings.messages);
  expect_text("", mail_of("booked")->language);
}

TEST(MailSettings, WhatIsNotNamedStaysAsItIs) {
  auto settings = update({.language = "de", .reminders = false});
  expect_text("de", settings.language.value());
  CHECK_TRUE(settings.bookings && !settings.reminders && settings.messages);
  settings = update({.messages = false});
  expect_text("de", settings.language.value());
  CHECK_TRUE(settings.bookings && !settings.reminders && !settings.messages);
  settings = update({.language = std::optional<std::string>(), .reminders = true});
  CHECK_FALSE(settings.language.has_value());
  CHECK_TRUE(found().reminders);
}

TEST(MailSettings, WhatIsSwitchedOffIsNotMailed) {
  update({.bookings = false, .messages = false});
  for (const auto* kind : {"booked", "event_deleted", "organiser_message"}) CHECK_FALSE(mail_of(kind).has_value());
  for (const auto* kind : {"reminder", "webhook_off"}) CHECK_TRUE(mail_of(kind).has_value());
}

TEST(MailSettings, AMailKnowsItsLanguageAndItsArguments) {
  update({.language = "de"});
  const auto mail = mail_of("held", R"({"quantity": 2, "until": "2032-05-01T18:00:00.000Z"})").value();
  expect_text("de", mail.language);
  expect_contains("\"quantity\": 2", mail.arguments);
  expect_text("2032-05-01 18:00 UTC", mail.until);
  CHECK_FALSE(mail.can_stop);
}

TEST(MailSettings, ALinkStopsItsKind) {
  const auto mail = mail_of("reminder").value();
  CHECK_TRUE(mail.can_stop);
  CHECK_FALSE(stop(mail.id, std::string(32, 'x')).has_value());
  CHECK_FALSE(stop(fresh<MailId>(), hash).has_value());
  CHECK_TRUE(found().reminders);
  for (int i = 0; i < 2; ++i) {
    const auto stopped = stop(mail.id, hash).value();
    CHECK_TRUE(stopped.user == user);
    expect_text("reminders", stopped.mails);
  }
  CHECK_TRUE(!found().reminders && found().messages);
  expect_text("{reminders}", sql_text("SELECT unmailed FROM users WHERE id = $1", user.str()));
}

// A mail that waits for a mail server is not sent a day later to somebody who has said no.
TEST(MailSettings, WhatIsSwitchedOffMeanwhileIsMoot) {
  const auto mail = mail_of("organiser_message").value();
  CHECK_FALSE(mail.is_moot);
  CHECK_TRUE(stop(mail.id, hash).has_value());
  CHECK_TRUE(claim(now() + std::chrono::hours(2))->is_moot);
  commit([&](pqxx::work& tx) { storage::update_mail_dropped(tx, mail, now()); });
  expect_text("0", sql_text("SELECT count(*) FROM mails WHERE id = $1", mail.id.str()));
}

TEST(MailSettings, AReminderOfWhatHasBegunIsMoot) {
  const auto event = make_event();
  const auto booking = insert_booking(event, user);
  const auto remind = [&] {
    sql("DELETE FROM mails");
    sql("INSERT INTO notifications (id, user_id, event_id, booking_id, kind, message, created_at, updated_at, untold) "
        "VALUES ($1, $2, $3, $4, 'reminder', 'm', now(), now(), true)",
        fresh<NotificationId>().str(), user.str(), event.str(), booking.str());
    make_mails("reminder");
    return claim(now())->is_moot;
  };
  CHECK_FALSE(remind());
  sql("UPDATE bookings SET state = 'cancelled', cancelled_at = now() WHERE id = $1", booking.str());
  CHECK_TRUE(remind());
  sql("UPDATE bookings SET state = 'confirmed', cancelled_at = NULL WHERE id = $1", booking.str());
  sql("UPDATE events SET start_date_time = now() - interval '1 minute' WHERE id = $1", event.str());
  CHECK_TRUE(remind());
}

// Seats that are held do not wait for ten thousand people to be told where the doors are.
TEST(MailSettings, WhatManyAreToldComesLast) {
  notify("organiser_message", "{}");
  make_mails("organiser_message");
  sql("UPDATE mails SET due_at = due_at - interval '1 hour'");
  notify("offered", "{}");
  make_mails("offered");
  expect_text("offered", claim(now())->kind);
  expect_text("organiser_message", claim(now())->kind);
}

TEST(MailSettings, WhatIsAboutBookingsHasNoLink) {
  const auto mail = mail_of("booked").value();
  CHECK_FALSE(stop(mail.id, hash).has_value());
}

TEST(MailSettings, OfWhoIsGoneThereAreNone) {
  sql("UPDATE users SET password_hash = '' WHERE id = $1", user.str());
  CHECK_FALSE(commit([&](pqxx::work& tx) { return storage::find_mail_settings(tx, user); }).has_value());
}

}  // namespace ticketd::tests
