// Every column of the database is in the list of what is held about people, or said to be about nobody.
#include "storage/personal_data.h"

#include <map>
#include <set>
#include <sstream>

#include "base/json.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {
namespace {

using Columns = std::map<std::string, std::set<std::string>>;

Columns columns_of_the_database() {
  Columns all;
  for (const auto& row :
       sql("SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables "
           "USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"))
    all[row[0].c_str()].insert(row[1].c_str());
  return all;
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += word + ' ';
  return text;
}

}  // namespace

TEST_GROUP_BASE(PersonalData, IntegrationTest) {
  const UserId user = make_user();

  static storage::Export exported(UserId whose, std::optional<storage::ExportBound> bound) {
    return commit([&](pqxx::work& tx) { return storage::export_of(tx, whose, bound); });
  }
  static std::string list_of(const storage::Export& all, const std::string& name) {
    for (const auto& [list, rows] : all.lists) {
      if (list == name) return rows.str();
    }
    return "";
  }
};

TEST(PersonalData, EveryColumnIsOnTheListOnce) {
  auto left = columns_of_the_database();
  for (const auto& table : storage::personal_tables()) {
    std::istringstream words(std::string(table.personal) + ' ' + table.secret + ' ' + table.other);
    for (std::string word; words >> word;)
      LONGS_EQUAL_TEXT(1, left[table.name].erase(word), (std::string(table.name) + '.' + word).c_str());
    expect_text("", joined(left[table.name]));
    left.erase(table.name);
  }
  for (const auto* table : storage::impersonal_tables()) LONGS_EQUAL_TEXT(1, left.erase(table), table);
  for (const auto& [table, columns] : left) FAIL((table + " is on no list").c_str());
}

TEST(PersonalData, ATableThatRefersToUsersIsNotImpersonal) {
  for (const auto* table : storage::impersonal_tables())
    LONGS_EQUAL_TEXT(0, columns_of_the_database()[table].count("user_id"), table);
}

TEST(PersonalData, AnExportHasWhatTheyHoldAndNobodyElses) {
  const auto event = make_event(2);
  const auto command = book(user, event);
  carry_out({command, book(make_user(), event)});
  const auto all = exported(user, storage::ExportBound{10, 100'000});
  CHECK_TRUE(all.complete);
  expect_contains(command.booking()->str(), list_of(all, "bookings"));
  expect_contains("\"email\"", list_of(all, "account"));
  expect_lacks("password_hash", list_of(all, "account"));
  expect_text("[]", list_of(all, "events"));
  LONGS_EQUAL(1, Json::parse(list_of(all, "bookings"))->size());
  LONGS_EQUAL(1, Json::parse(list_of(all, "notifications"))->size());
  expect_text("", list_of(all, "commands"));  // no index finds them
  LONGS_EQUAL(1, Json::parse(list_of(exported(user, std::nullopt), "commands"))->size());
}

TEST(PersonalData, AnExportIsBoundedAndSaysSo) {
  const auto event = make_event(5, 5);
  const auto first = book(user, event);
  carry_out(first);
  carry_out({book(user, event), book(user, event)});
  const auto some = exported(user, storage::ExportBound{2, 100'000});
  CHECK_FALSE(some.complete);
  LONGS_EQUAL(2, Json::parse(list_of(some, "bookings"))->size());
  CHECK_TRUE(exported(user, storage::ExportBound{3, 100'000}).complete);
  const auto few = exported(user, storage::ExportBound{3, 1'000});
  CHECK_FALSE(few.complete);
  CHECK(few.lists.front().second.str().size() > 2);  // the account
  CHECK_TRUE(exported(user, std::nullopt).complete);
}

}  // namespace ticketd::tests
