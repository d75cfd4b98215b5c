#include "ticketctl/turn.h"

#include <iostream>

#include "base/json_text.h"
#include "postgres/database.h"

namespace ticketd::ctl {

int turn(const std::string& database_url, const Switch& what, bool on, bool json) {
  postgres::DatabaseConnection connection(database_url, {"ticketctl"});
  const bool is_on = [&] {
    pqxx::nontransaction tx(connection.get());
    return what.is_on(tx);
  }();
  const auto news = [](const std::string& sentence) { std::cerr << sentence << '\n'; };
  if (is_on != on) what.update(connection.get(), on, news);
  if (json) {
    std::cout << JsonText::object({{"on", on}}).str() << '\n';
  } else {
    std::cout << (on ? what.said_on : what.said_off) << '\n';
  }
  return 0;
}

}  // namespace ticketd::ctl
