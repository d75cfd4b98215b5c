// Accounts as they are stored and found again.
#include "storage/users.h"

#include <atomic>
#include <optional>
#include <thread>

#include "storage/accounts.h"
#include "support/fakes.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(StorageUsers, IntegrationTest){static bool insert(const storage::User& user){
    return commit([&](pqxx::work& tx) { return storage::insert_user(tx, user, "hash"); });
}  // namespace ticketd::tests
}
;

TEST(StorageUsers, FindsWhatWasInserted) {
  const auto user = new_user();
  CHECK(insert(user));
  const auto found = commit([&](pqxx::work& tx) { return storage::find_user(tx, user.id); });
  expect_text(user.email, found->email);
  expect_text("Ada", *found->name);
  expect_text("user", found->role);
  CHECK(found->created_at == user.created_at);
}

TEST(StorageUsers, FindsAnAddressInWhateverCase) {
  auto user = new_user();
  user.email = "ADA." + user.email;
  insert(user);
  const auto found = commit(
      [&](pqxx::work& tx) { return storage::find_account_by_email(tx, "ada." + user.id.str() + "@Example.ORG"); });
  CHECK(found->user.id == user.id);
  expect_text(user.email, found->user.email);
}

// As addresses came in before there was one form: é in two code points, and a sign that NFD does not give back.
TEST(StorageUsers, FindsAnAddressThatIsInAnotherForm) {
  for (const auto& [stored, one_form] : {std::pair("e\u0301", "\u00e9"), {"\u212b", "\u00c5"}}) {
    auto user = new_user(), again = new_user();
    const std::string sent = stored + user.email;
    again.email = one_form + user.email;
    user.email = sent;
    CHECK(insert(user));
    const auto found = commit([&](pqxx::work& tx) { return storage::find_account_by_email(tx, again.email, sent); });
    CHECK(found && found->user.id == user.id);
    CHECK_FALSE(commit([&](pqxx::work& tx) { return storage::insert_user(tx, again, "hash", sent); }));
  }
}

TEST(StorageUsers, FoldsWhatItTakesForOneAddress) {
  const auto fold = [](const std::string& email) {
    return commit([&](pqxx::work& tx) { return storage::fold_email(tx, email); });
  };
  expect_text(fold("kim@example.org"), fold("\u212aIm@EXAMPLE.org"));
  expect_text(fold("zo\u00eb@example.org"), fold("ZOe\u0308@example.org"));
  CHECK(fold("kim@example.org") != fold("tim@example.org"));
}

TEST(StorageUsers, RefusesATakenAddressInAnotherCase) {
  auto first = new_user(), second = new_user();
  first.email = fresh_word() + "@example.org";
  second.email = "W" + first.email.substr(1);
  CHECK(insert(first));
  CHECK_FALSE(insert(second));
}

TEST(StorageUsers, OneOfManyAtOnceGetsTheAddress) {
  const auto email = fresh_word() + "@example.org";
  std::atomic<int> made = 0;
  at_once(16, [&](int) {
    auto user = new_user();
    user.email = email;
    if (insert(user)) ++made;
  });
  LONGS_EQUAL(1, made);
}

TEST(StorageUsers, ANewPasswordRefusesOlderTokens) {
  const auto user = make_user();
  const auto at = now();
  commit([&](pqxx::work& tx) { return storage::update_password(tx, user, "new hash", FixedClock(at)); });
  const auto refused = [&](Time issued_at) {
    return commit([&](pqxx::work& tx) {
      return storage::is_token_revoked(tx, user, std::nullopt, issued_at, at - seconds(900));
    });
  };
  expect_text("new hash", commit([&](pqxx::work& tx) { return storage::find_account(tx, user); })->password_hash);
  CHECK(refused(at));
  CHECK_FALSE(refused(at + milliseconds(1)));
}

TEST(StorageUsers, ListsThoseWhoseTokensAreRefusedSince) {
  const auto before = make_user(), after = make_user(), never = make_user();
  const auto at = now();
  commit([&](pqxx::work& tx) { storage::update_password(tx, before, "hash", FixedClock(at - seconds(1))); });
  commit([&](pqxx::work& tx) { storage::update_password(tx, after, "hash", FixedClock(at + seconds(1))); });
  const auto list = commit([&](pqxx::work& tx) { return storage::list_revocations(tx, at, at); });
  const auto has = [&](UserId user) {
    return std::any_of(list.begin(), list.end(), [&](auto& e) { return e.first == user.uuid; });
  };
  CHECK(has(after));
  CHECK_FALSE(has(before) || has(never));
}

// Or an event that is made meanwhile would have nobody.
TEST(StorageUsers, WhoIsKeptIsDeletedOnlyAfterwards) {
  const auto user = new_user();
  CHECK(insert(user));
  const SystemClock clock;
  std::atomic<bool> deleted = false;
  std::optional<std::jthread> deleting;
  commit([&](pqxx::work& tx) {
    CHECK(storage::lock_user(tx, user.id));
    deleting.emplace([&] {
      commit([&](pqxx::work& other) { storage::erase_account(other, user.id, clock); });
      deleted = true;
    });
    while (!deleted && tx.exec("SELECT count(*) FROM pg_locks WHERE NOT granted")[0][0].as<int>() == 0) {
    }
    CHECK_FALSE(deleted);
  });
  deleting.reset();
  CHECK_FALSE(commit([&](pqxx::work& tx) { return storage::lock_user(tx, user.id); }));
}

TEST(StorageUsers, AStrongerHashChangesNothingElse) {
  const auto user = make_user();
  const auto updated_at = sql_text("SELECT updated_at FROM users WHERE id = $1", user.str());
  commit([&](pqxx::work& tx) { storage::update_password_hash(tx, user, "stronger"); });
  expect_text("stronger", sql_text("SELECT password_hash FROM users WHERE id = $1", user.str()));
  expect_text(updated_at, sql_text("SELECT updated_at FROM users WHERE id = $1", user.str()));
}

}  // namespace ticketd::tests
