#include "storage/account_mails.h"

#include "auth/opaque_token.h"
#include "storage/accounts.h"
#include "storage/mails.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {
namespace {

constexpr std::chrono::minutes kLease{5};
const std::string kHash(32, 'h'), kOther(32, 'o');

using storage::AccountMail;

}  // namespace

TEST_GROUP_BASE(StorageAccountMails, IntegrationTest) {
  const UserId user = make_user();
  const std::string address = sql_text("SELECT email FROM users WHERE id = $1", user.str());
  const Time at = now();

  void setup() override {
    sql("DELETE FROM account_mails");
    turn(true);
  }
  void teardown() override { turn(false); }
  static void turn(bool on) {
    auto session = open_session();
    storage::update_mail_on(session.get(), on, [](const auto&) {});
  }
  std::optional<Time> wish(AccountMail kind, const std::string& to, const std::optional<UserId>& whose) const {
    return commit([&](pqxx::work& tx) { return storage::insert_link_wish(tx, {kind, to, whose}, at); });
  }
  std::optional<Time> forget(const std::string& to) const { return wish(AccountMail::reset_password, to, {}); }
  std::optional<storage::MailTask> claim(Time when, const std::string& hash = kHash) const {
    return commit([&](pqxx::work& tx) { return storage::claim_account_mail(tx, when, when + kLease, hash); });
  }
  std::optional<storage::Link> find(MailId id, const std::string& hash, Time when) const {
    return commit([&](pqxx::work& tx) { return storage::find_link(tx, id, hash, when); });
  }
};

TEST(StorageAccountMails, WhatIsAskedForIsClaimedOnce) {
  wish(AccountMail::verify_email, address, user);
  const auto mail = claim(at);
  CHECK_TRUE(mail && mail->outbox == storage::Outbox::accounts && mail->user == user);
  STRCMP_EQUAL("verify_email", mail->kind.c_str());
  STRCMP_EQUAL(address.c_str(), mail->address.c_str());
  CHECK_FALSE(claim(at + kLease - milliseconds(1)).has_value());
  LONGS_EQUAL(2, claim(at + kLease)->attempts);
}

TEST(StorageAccountMails, WhileMailIsOffNobodyIsTold) {
  turn(false);
  commit([&](pqxx::work& tx) { storage::insert_account_news(tx, AccountMail::password_changed, user, address, at); });
  CHECK_FALSE(claim(at).has_value());
}

TEST(StorageAccountMails, AForgottenPasswordGoesToTheAddressThatTheAccountHas) {
  sql("UPDATE users SET email = 'Jos\u00e9.Ann@example.com' WHERE id = $1", user.str());
  forget("jos\u00e9.ann@example.com");
  const auto mail = claim(at);
  CHECK_TRUE(mail->user == user);
  STRCMP_EQUAL("Jos\u00e9.Ann@example.com", mail->address.c_str());
}

TEST(StorageAccountMails, OfAnAddressInAnotherFormTheAccountIsFound) {
  sql("UPDATE users SET email = 'jose\u0301@example.com' WHERE id = $1", user.str());
  forget("jos\u00e9@example.com");
  CHECK_TRUE(claim(at)->user == user);
}

TEST(StorageAccountMails, NobodysAddressFindsNobodyAndCountsAllTheSame) {
  for (int i = 0; i < 3; ++i) CHECK_FALSE(forget("nobody@example.com").has_value());
  const auto mail = claim(at);
  CHECK_TRUE(mail && !mail->user);
  commit([&](pqxx::work& tx) { storage::update_mail_dropped(tx, *mail, at); });
  CHECK_TRUE(forget("nobody@example.com").has_value());
  CHECK_FALSE(commit([&](pqxx::work& tx) { return storage::find_mail(tx, mail->id); }).has_value());
  commit([&](pqxx::work& tx) { storage::delete_ended_mails(tx, at - kLease, at + std::chrono::hours(25)); });
  STRCMP_EQUAL("2", sql_text("SELECT count(*) FROM account_mails").c_str());
}

TEST(StorageAccountMails, AnAddressIsSentThreeOfAKindAnHour) {
  for (int i = 0; i < 3; ++i) forget(address);
  const auto again = forget(address);
  CHECK_TRUE(again == at + std::chrono::hours(1));
  CHECK_FALSE(wish(AccountMail::verify_email, address, user).has_value());
}

TEST(StorageAccountMails, AUserAsksForThreeOfAKindAnHourWhereverTheyGo) {
  for (const char* to : {"a@example.com", "b@example.com", "c@example.com"}) {
    CHECK_FALSE(wish(AccountMail::change_email, to, user).has_value());
  }
  CHECK_TRUE(wish(AccountMail::change_email, "d@example.com", user).has_value());
}

TEST(StorageAccountMails, ALinkCountsForItsTimeWhicheverAttemptBroughtIt) {
  forget(address);
  const auto id = claim(at)->id;
  claim(at + kLease, kOther);
  CHECK_TRUE(find(id, kHash, at)->user == user);
  CHECK_TRUE(find(id, kOther, at).has_value());
  CHECK_FALSE(find(id, std::string(32, 'x'), at).has_value());
  CHECK_FALSE(find(fresh<MailId>(), kHash, at).has_value());
  const auto end = at + kLease + std::chrono::minutes(30);
  CHECK_TRUE(find(id, kHash, end - milliseconds(1)).has_value());
  CHECK_FALSE(find(id, kHash, end).has_value());
}

// By whatever release.
TEST(StorageAccountMails, AnotherPasswordOrAddressEndsEveryLinkAndUnprovesTheAddress) {
  for (const char* change : {"tokens_valid_after = now()", "email = 'x' || email"}) {
    wish(AccountMail::verify_email, address, user);
    sql("UPDATE users SET email_verified_at = now() WHERE id = $1", user.str());
    sql(std::string("UPDATE users SET ") + change + " WHERE id = $1", user.str());
    CHECK_FALSE(claim(at)->user.has_value());
  }
  STRCMP_EQUAL("t", sql_text("SELECT email_verified_at IS NULL FROM users WHERE id = $1", user.str()).c_str());
}

TEST(StorageAccountMails, WhatNobodyWantsAnyMoreIsNotSent) {
  wish(AccountMail::verify_email, address, user);
  const auto late = at + std::chrono::hours(48);
  LONGS_EQUAL(0, commit([&](pqxx::work& tx) { return storage::retry_mails(tx, late); }));
  CHECK_FALSE(claim(late)->user.has_value());
}

TEST(StorageAccountMails, AnAttemptAfterTheLinkHasExpiredMakesANewOneAlone) {
  forget(address);
  const auto id = claim(at)->id;
  const auto later = at + std::chrono::minutes(30);
  claim(later, kOther);
  CHECK_FALSE(find(id, kHash, later).has_value());
  CHECK_TRUE(find(id, kOther, later).has_value());
}

TEST(StorageAccountMails, ALinkThatIsUsedEndsTheOthersOfItsKind) {
  forget(address);
  const auto first = claim(at)->id;
  forget(address);
  const auto second = claim(at, kOther)->id;
  const auto one = *find(first, kHash, at), other = *find(second, kOther, at);
  CHECK_TRUE(other.kind == AccountMail::reset_password);
  const auto use = [&](const storage::Link& link) {
    return commit([&](pqxx::work& tx) { return storage::update_link_used(tx, link, at); });
  };
  CHECK_TRUE(use(other));
  CHECK_FALSE(use(other));
  CHECK_FALSE(use(one));
}

TEST(StorageAccountMails, NewsGoThreeTimesAnHour) {
  for (int i = 0; i < 5; ++i) {
    commit([&](pqxx::work& tx) { storage::insert_account_news(tx, AccountMail::password_changed, user, address, at); });
  }
  STRCMP_EQUAL("3", sql_text("SELECT count(*) FROM account_mails").c_str());
}

TEST(StorageAccountMails, AnotherAddressIsUnprovedUnlessALinkProvedItAndTheOldOneIsTold) {
  commit([&](pqxx::work& tx) { storage::update_email_verified(tx, user, at); });
  const auto change = [&](const std::string& to, bool verified) {
    commit([&](pqxx::work& tx) { CHECK_TRUE(storage::update_email(tx, user, to, verified, at)); });
    return commit([&](pqxx::work& tx) { return storage::find_user(tx, user); })->email_verified_at.has_value();
  };
  CHECK_FALSE(change("new-" + address, false));
  CHECK_TRUE(change("newer-" + address, true));
  STRCMP_EQUAL(
      "1",
      sql_text("SELECT count(*) FROM account_mails WHERE kind = 'email_changed' AND address = $1", address).c_str());
}

// But for how many there were: nobody gets more of them by erasing one account after the other.
TEST(StorageAccountMails, OfAnErasedAccountNoneIsLeft) {
  forget(address);
  wish(AccountMail::change_email, "other@example.com", user);
  commit([&](pqxx::work& tx) { storage::erase_account(tx, user, SystemClock()); });
  STRCMP_EQUAL(
      "0",
      sql_text(
          "SELECT count(*) FROM account_mails WHERE state <> 'nobody' OR address LIKE '%@%' OR user_id IS NOT NULL")
          .c_str());
  CHECK_FALSE(claim(at + std::chrono::minutes(1)).has_value());
  CHECK_FALSE(forget(address).has_value());
  CHECK_FALSE(forget(address).has_value());
  CHECK_TRUE(forget(address).has_value());  // the fourth within an hour
}

TEST(StorageAccountMails, AnOperatorSeesAndRetriesThem) {
  wish(AccountMail::verify_email, address, user);
  const auto mail = *claim(at);
  commit([&](pqxx::work& tx) { storage::update_mail_failed(tx, mail, "550 no", at); });
  const auto listed = commit([](pqxx::work& tx) { return storage::list_mails(tx, "failed", 10); });
  CHECK_TRUE(std::ranges::any_of(listed, [&](const auto& entry) { return entry.id == mail.id; }));
  LONGS_EQUAL(1, commit([&](pqxx::work& tx) { return storage::retry_mail(tx, mail.id, at); }));
  LONGS_EQUAL(1, claim(at)->attempts);
}

}  // namespace ticketd::tests
