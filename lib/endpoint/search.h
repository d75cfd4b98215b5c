// Lists of events for a handler: with a search in them, they depend on what strangers wrote.
#pragma once
#include <string>

#include "endpoint/app.h"
#include "endpoint/serve.h"
#include "postgres/within.h"

namespace ticketd {

// A usual search takes some milliseconds. One that takes hundreds of them would keep all others waiting.
constexpr std::chrono::milliseconds kSearchMax{500};

// Runs `list(pqxx::transaction_base&)`, which gives an Answer, and within kSearchMax if there is a search.
// Refuses: busy. Throws postgres::DatabaseUnavailable.
template <class List>
Answer run_list(App& app, const std::string& search, List list) {
  if (search.empty()) return postgres::autocommit(app.database, list);
  auto found = postgres::transact_within(app.database, kSearchMax, list);
  return found ? std::move(*found)
               : Answer(Refusal{Code::busy, "The search takes too long; search for longer or more words"});
}

}  // namespace ticketd
