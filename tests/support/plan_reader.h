// The plans of what runs on a session, as PostgreSQL's auto_explain tells them: of the very statements that the program
// sends, with its parameters, not of copies of them.
#pragma once
#include <string>
#include <vector>

#include "postgres/libpqxx.h"

namespace ticketd::tests {

class PlanReader {
 public:
  // `url` is a superuser's. With `generic` prepared statements are planned without a look at their parameters, as
  // PostgreSQL may do from the sixth execution on; else with one.
  PlanReader(const std::string& url, bool generic);

  // Runs body(pqxx::work&) and rolls it back. The plan of the statement that contains `part`, empty if there was none.
  template <class Body>
  std::string plan_of(const std::string& part, Body&& body) {
    texts_.clear();
    {
      pqxx::work tx(connection_);
      body(tx);
    }
    return find(part);
  }

 private:
  [[nodiscard]] std::string find(const std::string& part) const;

  postgres::Session connection_;
  std::vector<std::string> texts_;
  postgres::NoticeHandler notices_{connection_, [this](std::string_view text) { texts_.emplace_back(text); }};
};

}  // namespace ticketd::tests
