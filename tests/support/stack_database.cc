#include "support/stack_database.h"

#include "support/stack.h"

namespace ticketd::e2e {

std::unique_ptr<pqxx::connection> connect_database() {
  return std::make_unique<pqxx::connection>(setting("DATABASE_URL"));
}

std::vector<std::unique_ptr<pqxx::connection>> connect_times(std::size_t times) {
  std::vector<std::unique_ptr<pqxx::connection>> connections;
  try {
    while (connections.size() < times) connections.push_back(connect_database());
  } catch (const pqxx::failure& error) {
    FAIL(error.what());
  }
  return connections;
}

bool database_answers() {
  try {
    const auto connection = connect_database();
    pqxx::work transaction(*connection);
    return transaction.exec("SELECT 1").size() == 1;
  } catch (const pqxx::failure&) {
    return false;
  }
}

std::string array_of(const std::vector<std::string>& words) {
  std::string array = "{";
  for (const auto& word : words) array += (array.size() > 1 ? "," : "") + word;
  return array + "}";
}

}  // namespace ticketd::e2e
