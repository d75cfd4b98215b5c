// Entries that are put aside: for the operator a dead letter, for the user a failed request.
#include "storage/dead_letters.h"

#include "storage/notifications.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(StorageDeadLetters, IntegrationTest) {
  const std::string stream_id = fresh_word();

  void bury(const std::optional<domain::Command>& command, const std::string& raw = "{}") const {
    commit([&](pqxx::work& tx) {
      storage::insert_dead_letter(tx, {command, 3, stream_id, raw, "it broke", "23503", 5}, now());
    });
  }
  std::int64_t letters() const {
    return sql_number("SELECT count(*) FROM dead_letters WHERE shard = 3 AND stream_id = $1", stream_id);
  }
};

TEST(StorageDeadLetters, APersonIsToldThatTheRequestFailed) {
  const auto command = book(make_user(), make_event());
  bury(command);
  expect_text("failed", outcome_of(command));
  const auto told =
      commit([&](pqxx::work& tx) { return storage::list_notifications(tx, command.user, false, {}, 10); });
  LONGS_EQUAL(1, told.size());
  expect_text("failed", told[0].kind);
}

TEST(StorageDeadLetters, TheLetterKeepsWhatTheOperatorNeeds) {
  const auto command = book(make_user(), make_event());
  bury(command, R"({"id": "x"})");
  const auto row = sql("SELECT * FROM dead_letters WHERE shard = 3 AND stream_id = $1", stream_id).at(0);
  expect_text(command.id.str(), row["command_id"].c_str());
  expect_text("it broke", row["error"].c_str());
  expect_text("23503", row["sqlstate"].c_str());
  LONGS_EQUAL(5, row["attempts"].as<int>());
}

TEST(StorageDeadLetters, TwiceIsAsOnce) {
  const auto command = book(make_user(), make_event());
  bury(command);
  bury(command);
  LONGS_EQUAL(1, letters());
}

TEST(StorageDeadLetters, WhatTookEffectIsNotPutAside) {
  const auto command = book(make_user(), make_event());
  carry_out(command);
  bury(command);
  LONGS_EQUAL(0, letters());
  expect_text("confirmed", outcome_of(command));
}

TEST(StorageDeadLetters, SomeoneWhoIsGoneIsNotTold) {
  const auto command = book(fresh<UserId>(), make_event());
  bury(command);
  LONGS_EQUAL(1, letters());
  LONGS_EQUAL(0, sql_number("SELECT count(*) FROM notifications WHERE user_id = $1", command.user.str()));
}

TEST(StorageDeadLetters, AnEntryThatCannotBeReadIsKeptAsItStood) {
  bury(std::nullopt, R"({"kind":"refund"})");
  expect_text(R"({"kind": "refund"})",
              sql_text("SELECT command FROM dead_letters WHERE shard = 3 AND stream_id = $1", stream_id));
}

}  // namespace ticketd::tests
