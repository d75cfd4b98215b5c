// One prepared SELECT of an event by its primary key, which is the last part of the path.
#include <memory>

#include "bare.h"
#include "postgres/libpqxx.h"

namespace {

std::unique_ptr<pqxx::connection> connect() {
  auto connection = std::make_unique<pqxx::connection>(std::getenv("DATABASE_URL"));
  connection->prepare("find", "SELECT * FROM events WHERE id = $1");
  return connection;
}

}  // namespace

int main() {
  serve(connect, [](const std::unique_ptr<pqxx::connection>& connection, const FCGX_Request& request) {
    const std::string path = FCGX_GetParam("DOCUMENT_URI", request.envp);
    pqxx::nontransaction tx(*connection);
    if (ticketd::postgres::execute_prepared(tx, "find", path.substr(path.rfind('/') + 1)).size() != 1) std::abort();
  });
}
