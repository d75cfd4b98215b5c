// The stack's database as the tests read it: to recount what the API says, and to age what would take too long.
#pragma once
#include <CppUTest/Utest.h>
#include <CppUTest/UtestMacros.h>

#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "postgres/libpqxx.h"

namespace ticketd::e2e {

// Throws: pqxx::failure while PostgreSQL is down.
std::unique_ptr<pqxx::connection> connect_database();

// So many connections. A fault fails the test.
std::vector<std::unique_ptr<pqxx::connection>> connect_times(std::size_t times);

bool database_answers();

// One statement in a transaction and on a connection of its own. A fault fails the test.
template <class... Args>
pqxx::result query(const std::string& statement, const Args&... args) {
  pqxx::result rows;
  try {
    const auto connection = connect_database();
    pqxx::work transaction(*connection);
    rows = postgres::execute(transaction, statement, args...);
    transaction.commit();
  } catch (const std::exception& error) {
    FAIL((statement + ": " + error.what()).c_str());
  }
  return rows;
}

// The first column of the first row of such a statement.
template <class... Args>
std::int64_t count(const std::string& statement, const Args&... args) {
  const auto rows = query(statement, args...);
  return rows.empty() || rows[0][0].is_null() ? 0 : rows[0][0].template as<std::int64_t>();
}

// {a,b,c}: an array parameter of uuids or other plain words.
std::string array_of(const std::vector<std::string>& words);

}  // namespace ticketd::e2e
