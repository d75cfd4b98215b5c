#include "storage/mails.h"

#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {
namespace {

const std::vector<std::string> kKinds = {"booked", "promoted"};
constexpr std::chrono::hours kDay{24};
constexpr std::chrono::minutes kLease{3};

}  // namespace

TEST_GROUP_BASE(StorageMails, IntegrationTest) {
  const UserId user = make_user();
  const EventId event = make_event();
  const Time at = now();

  // What other tests left is told to nobody.
  void setup() override {
    sql("UPDATE notifications SET untold = false WHERE untold");
    sql("DELETE FROM mails");
    turn(true);
  }
  void teardown() override { turn(false); }
  static void turn(bool on) {
    auto session = open_session();
    storage::update_mail_on(session.get(), on, [](const auto&) {});
  }
  NotificationId notify(const std::string& kind = "booked", Time when = now()) const {
    const auto id = fresh<NotificationId>();
    sql("INSERT INTO notifications (id, user_id, event_id, kind, message, created_at, updated_at) "
        "VALUES ($1, $2, $3, $4, 'You have it.', $5, $5)",
        id.str(), user.str(), event.str(), kind, format_time(when));
    return id;
  }
  int tell(int most = 100) const {
    return commit([&](pqxx::work& tx) { return storage::insert_mails(tx, kKinds, at, at - kDay, most); });
  }
  std::optional<storage::MailTask> claim(Time when) const {
    return commit([&](pqxx::work& tx) { return storage::claim_mail(tx, when, when + kLease, std::string(32, 'h')); });
  }
  static storage::MailTask task_of(NotificationId id) {
    storage::MailTask task{};
    task.id = {id.uuid};
    return task;
  }
  static std::string state_of(NotificationId id) {
    const auto mail = commit([&](pqxx::work& tx) { return storage::find_mail(tx, {id.uuid}); });
    return mail ? mail->state : "";
  }
  static std::int64_t untold() {
    return commit([](pqxx::work& tx) { return storage::count_mails(tx, now()); }).untold;
  }
};

TEST(StorageMails, WhatIsWrittenWhileMailIsOnIsUntold) {
  notify();
  LONGS_EQUAL(1, untold());
  CHECK_TRUE(commit([](pqxx::work& tx) { return storage::is_mail_on(tx); }));
  turn(false);
  notify();
  LONGS_EQUAL(1, untold());
  CHECK_FALSE(commit([](pqxx::work& tx) { return storage::is_mail_on(tx); }));
}

TEST(StorageMails, ANotificationIsToldOnce) {
  const auto id = notify();
  LONGS_EQUAL(1, tell());
  LONGS_EQUAL(0, tell());
  STRCMP_EQUAL("waiting", state_of(id).c_str());
  LONGS_EQUAL(0, untold());
}

TEST(StorageMails, TheOldestAreToldFirst) {
  const auto ids = std::minmax({notify(), notify()});  // of one millisecond, in any order
  const auto [first, second] = ids;
  LONGS_EQUAL(1, tell(1));
  STRCMP_EQUAL("waiting", state_of(first).c_str());
  STRCMP_EQUAL("", state_of(second).c_str());
}

TEST(StorageMails, OfOtherKindsThereAreNone) {
  const auto other = notify("nothing_to_cancel");
  LONGS_EQUAL(1, tell());
  STRCMP_EQUAL("", state_of(other).c_str());
}

TEST(StorageMails, WhatIsTooOldHasFailed) {
  const auto old = notify("booked", at - kDay - milliseconds(1)), just = notify("booked", at - kDay);
  LONGS_EQUAL(2, tell());
  STRCMP_EQUAL("failed", state_of(old).c_str());
  STRCMP_EQUAL("waiting", state_of(just).c_str());
}

TEST(StorageMails, ADeletedAccountIsToldNothing) {
  sql("UPDATE users SET email = 'deleted-1@deleted.invalid' WHERE id = $1", user.str());
  const auto id = notify();
  LONGS_EQUAL(1, tell());
  STRCMP_EQUAL("", state_of(id).c_str());
}

TEST(StorageMails, AClaimSaysWhatIsTold) {
  sql("UPDATE events SET title = 'Evening', location = 'Hall', start_date_time = '2032-05-01T18:00:00Z', "
      "end_date_time = '2032-05-01T21:00:00Z', timezone = 'Europe/Berlin' WHERE id = $1",
      event.str());
  const auto id = notify();
  tell();
  const auto mail = claim(at);
  CHECK_TRUE(mail.has_value() && mail->id.uuid == id.uuid && mail->user == user);
  STRCMP_EQUAL("You have it.", mail->message.c_str());
  STRCMP_EQUAL("Evening", mail->event_title.c_str());
  STRCMP_EQUAL("2032-05-01 20:00 Europe/Berlin", mail->event_time.c_str());
  LONGS_EQUAL(1, mail->attempts);
}

TEST(StorageMails, APlaceThatPostgresDoesNotKnowHasUtc) {
  sql("UPDATE events SET start_date_time = '2032-05-01T18:00:00Z', end_date_time = '2032-05-01T21:00:00Z', "
      "timezone = 'Mars/Base' WHERE id = $1",
      event.str());
  notify();
  tell();
  STRCMP_EQUAL("2032-05-01 18:00 UTC", claim(at)->event_time.c_str());
}

TEST(StorageMails, NobodyElseGetsItMeanwhile) {
  notify();
  tell();
  CHECK_TRUE(claim(at).has_value());
  CHECK_FALSE(claim(at + kLease - milliseconds(1)).has_value());
  LONGS_EQUAL(2, claim(at + kLease)->attempts);
}

TEST(StorageMails, TwoAtOnceGetTwo) {
  notify();
  notify();
  tell();
  auto session = open_session();
  pqxx::work tx(session.get());
  const auto mine = storage::claim_mail(tx, at, at + kLease, std::string(32, 'h')), theirs = claim(at);
  CHECK_TRUE(mine && theirs && mine->id != theirs->id);
}

TEST(StorageMails, WhatIsSentStaysSent) {
  const auto id = notify();
  tell();
  claim(at);
  commit([&](pqxx::work& tx) { storage::update_mail_sent(tx, task_of(id), at); });
  STRCMP_EQUAL("sent", state_of(id).c_str());
  CHECK_FALSE(claim(at + kDay).has_value());
  LONGS_EQUAL(0, commit([&](pqxx::work& tx) { return storage::retry_mail(tx, {id.uuid}, at); }));
}

TEST(StorageMails, WhatFailedIsSentWhenItIsRetried) {
  const auto id = notify();
  tell();
  claim(at);
  commit([&](pqxx::work& tx) { storage::update_mail_failed(tx, task_of(id), "550 no", at); });
  CHECK_FALSE(claim(at + kDay).has_value());
  const auto counts = commit([](pqxx::work& tx) { return storage::count_mails(tx, now()); });
  LONGS_EQUAL(1, counts.failed);
  STRCMP_EQUAL("550 no", counts.error->c_str());
  LONGS_EQUAL(1, commit([&](pqxx::work& tx) { return storage::retry_mails(tx, at); }));
  LONGS_EQUAL(1, claim(at)->attempts);
}

TEST(StorageMails, WhatIsPutOffWaits) {
  const auto id = notify();
  tell();
  claim(at);
  commit([&](pqxx::work& tx) { storage::update_mail_due(tx, task_of(id), at + kDay, 1, "451 later", at); });
  CHECK_FALSE(claim(at + kDay - seconds(1)).has_value());
  LONGS_EQUAL(2, claim(at + kDay)->attempts);
}

TEST(StorageMails, WhatEndedLongAgoIsForgotten) {
  const auto sent = notify(), waiting = notify();
  tell();
  commit([&](pqxx::work& tx) { storage::update_mail_sent(tx, task_of(sent), at); });
  commit([&](pqxx::work& tx) { CHECK_FALSE(storage::delete_ended_mails(tx, at, at)); });
  STRCMP_EQUAL("sent", state_of(sent).c_str());
  commit([&](pqxx::work& tx) { CHECK_FALSE(storage::delete_ended_mails(tx, at + seconds(1), at)); });
  STRCMP_EQUAL("", state_of(sent).c_str());
  STRCMP_EQUAL("waiting", state_of(waiting).c_str());
}

}  // namespace ticketd::tests
