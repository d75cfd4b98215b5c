// GET /v1/users/me/settings: which mails the caller wants, and in which language.
#include "api/announcements.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer settings(App& app, const Request&, UserId user) {
  const auto found = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::find_mail_settings(tx, user); });
  if (!found) return Refusal{Code::token_invalid};
  return http::success(200, "settings found", mail_settings_json(*found));
}

int main() { return serve("users-me-settings", RateClass::reads, settings); }
