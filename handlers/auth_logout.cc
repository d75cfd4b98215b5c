// POST /v1/auth/logout: ends the session that the refresh token belongs to, with all of its tokens. Once more it is
// answered the same: perhaps the first answer was lost.
#include "auth/opaque_token.h"
#include "endpoint/serve.h"
#include "http/fields.h"
#include "storage/refresh_tokens.h"

using namespace ticketd;

static Answer logout(App& app, const Request& request) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto token = in.secret("refresh_token");
  if (!in.ok()) return in.refusal();

  const auto ended = postgres::transact(app.database, [&](pqxx::work& tx) {
    return storage::update_session_ended(tx, auth::hash_of(token), app.clock.now());
  });
  if (!ended) return Refusal{Code::invalid_refresh_token};
  // Also if it had ended before: perhaps by a request like this one, whose process did not live to say so.
  app.gate.revoke_session(*ended, app.clock.now());
  return http::success(200, "user logout successful", true);
}

int main() { return serve("auth-logout", RateClass::auth, logout); }
