#include "endpoint/admin.h"

#include "base/log.h"
#include "storage/users.h"

namespace ticketd {

UserId acting_on(pqxx::transaction_base& tx, UserId caller, UserId owner) {
  return caller == owner || !storage::is_admin(tx, caller) ? caller : owner;
}

std::optional<UserId> named_person(App& app, const http::Request& request, UserId caller) {
  const auto named = request.query_value("user_id");
  const auto person = named ? UserId::parse(*named) : std::nullopt;
  if (!person || *person == caller) return std::nullopt;
  const bool is_admin =
      postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) { return storage::is_admin(tx, caller); });
  return is_admin ? person : std::nullopt;
}

http::Reply acted_as(http::Reply reply, const http::Request& request, UserId caller, UserId person) {
  if (caller == person) return reply;
  Log::info("admin_acted", {{"request_id", request.request_id}, {"user", caller.str()}, {"as", person.str()}});
  for (auto& [name, value] : reply.headers) {
    if (name == "Location") value += "?user_id=" + person.str();
  }
  return reply;
}

}  // namespace ticketd
