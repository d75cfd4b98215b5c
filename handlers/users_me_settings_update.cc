// PATCH /v1/users/me/settings: which mails the caller wants, and in which language.
#include "api/announcements.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer update(App& app, const Request& request, UserId user) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto changes = read_mail_settings(in);
  if (!in.ok()) return in.refusal();
  const auto settings = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::update_mail_settings(tx, user, changes); });
  if (!settings) return Refusal{Code::token_invalid};
  return http::success(200, "Settings updated successfully", mail_settings_json(*settings));
}

int main() { return serve("users-me-settings-update", RateClass::booking, update); }
