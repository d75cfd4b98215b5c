// What ticketd holds about people, all of it in one list: what an export gives out, what an erased account leaves, and
// what `ticketctl privacy report` says. A test fails for a column that is not in it
// (tests/integration/personal_data.cc), and one for a key of Redis (tests/privacy).
#pragma once
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/uuid.h"
#include "postgres/database.h"

namespace ticketd::storage {

struct PersonalTable {
  const char* name;
  const char* list;      // its name in an export; null: its rows say no more than others that are in it
  bool is_quick;         // of a list: an index finds a person's rows
  const char* whose;     // of a list, SQL: is row t about user $1?
  const char* newest;    // of a list, SQL: what to order by, the newest first
  const char* personal;  // the columns that are somebody's, with a space between; of an account most of all
  const char* secret;    // those that are not given out: hashes, what signs, and what a mail server said
  const char* other;     // the rest
  const char* what;
  const char* kept;  // how long, and until what
};
// Each table that has a person in it.
std::span<const PersonalTable> personal_tables();
// Those that have none, whatever their columns are.
std::span<const char* const> impersonal_tables();

// Outside the database: keys of Redis, with words in capitals for what varies, and logs.
struct PersonalPlace {
  const char* place;
  const char* what;
  const char* kept;
};
std::span<const PersonalPlace> personal_keys();
std::span<const PersonalPlace> personal_logs();

// Everything about a user, list by list, the rows as they stand and the newest first, without what is secret.
// `complete`: nothing was left out for its size.
struct Export {
  std::vector<std::pair<std::string, JsonText>> lists;
  bool complete = true;
};
struct ExportBound {
  int rows;            // of each list
  std::int64_t bytes;  // of all of them
};
// With a bound, of what an index finds alone.
Export export_of(pqxx::work& tx, UserId user, std::optional<ExportBound> bound);

// By PostgreSQL's last count.
std::int64_t estimate_rows(pqxx::transaction_base& tx, const std::string& table);

}  // namespace ticketd::storage
