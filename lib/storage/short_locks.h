// Changing a table beside people who use it: a lock that is asked for keeps everybody waiting who comes after. So it is
// asked for during moments, with pauses in which the others go on.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "postgres/database.h"

namespace ticketd::storage {

class ShortLocks {
 public:
  // `title` begins every sentence that `news` is told, and the one of DatabaseUnavailable: "migration 13
  // (bulk_changes)".
  ShortLocks(pqxx::connection& connection, std::string title, std::chrono::milliseconds patience,
             std::function<void(const std::string&)> news)
      : connection_(connection), title_(std::move(title)), patience_(patience), news_(std::move(news)) {}

  // Runs it, on that connection, until it got its locks. Throws DatabaseUnavailable when the patience is over, naming
  // whose transactions were in the way; and what the attempt throws for another reason.
  void run(const std::function<void()>& attempt);

  // The same with one long wait: for what locks nobody out while it waits, and is dear to begin anew.
  void run_patiently(const std::function<void()>& attempt);

 private:
  using Transactions = std::map<std::string, std::string>;  // who each is, by its virtualtransaction

  [[noreturn]] void give_up(const Transactions& in_the_way) const;
  Transactions pause(std::chrono::milliseconds time);
  Transactions still_open(Transactions before);
  Transactions open_transactions();

  pqxx::connection& connection_;
  const std::string title_;
  const std::chrono::milliseconds patience_;
  const std::function<void(const std::string&)> news_;
};

}  // namespace ticketd::storage
