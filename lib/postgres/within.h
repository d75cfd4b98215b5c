// A transaction whose statements may not take long.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "postgres/database.h"

namespace ticketd::postgres {

// As transact(); empty if the server ended a statement because it took longer than `each`.
template <class Body>
auto transact_within(DatabasePool& pool, std::chrono::milliseconds each, Body&& body)
    -> std::optional<decltype(body(std::declval<pqxx::work&>()))> {
  for (int attempt = 1;; ++attempt) {
    auto lease = pool.take();
    try {
      pqxx::work tx(lease.connection());
      tx.exec("SET LOCAL statement_timeout = " + std::to_string(each.count()));
      auto value = body(tx);
      tx.commit();
      return value;
    } catch (...) {
      if (fault_of(std::current_exception()).kind == FaultKind::timed_out) return std::nullopt;
      after_failure(pool, lease, attempt);
    }
  }
}

}  // namespace ticketd::postgres
