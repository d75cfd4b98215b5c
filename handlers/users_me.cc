// GET /v1/users/me: the account of the caller.
#include "api/views.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer me(App& app, const Request&, UserId user) {
  const auto found =
      postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) { return storage::find_user(tx, user); });
  if (!found) return Refusal{Code::token_invalid};
  return http::success(200, "user found", user_json(*found));
}

int main() { return serve("users-me", RateClass::reads, me); }
