// PUT /v1/auth/update-password: a new password; ends every session, and access tokens issued before are refused.
#include "endpoint/serve.h"
#include "http/fields.h"
#include "signin/password_try.h"
#include "storage/users.h"

using namespace ticketd;

static Answer update_password(App& app, const Request& request, UserId user) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto current = in.secret("current_password");
  const auto wanted = in.password("new_password");
  const auto device_token = in.optional_text("device_token", {0, 255}).value_or("");
  if (!in.ok()) return in.refusal();

  const auto own = try_own_password(app, user, {current, device_token, request.remote_addr});
  if (!own.ok()) return own.refusal();
  const auto hash = app.passwords.hash(wanted, own->turn);
  if (hash.empty()) return Refusal{Code::busy};

  const auto changed_at = postgres::transact(app.database, [&](pqxx::work& tx) -> std::optional<Time> {
    if (!storage::lock_password(tx, user, own->account.password_hash)) return std::nullopt;
    return storage::update_password(tx, user, hash, app.clock);
  });
  if (!changed_at) return Refusal{Code::token_invalid, "The password was changed just now; log in again"};
  app.gate.revoke_tokens_before(user, *changed_at);
  return http::success(200, "password updated successfully",
                       JsonText::object({{"message", "Password updated successfully"}}));
}

int main() { return serve("auth-update-password", RateClass::auth, update_password, WaitsFor::hashing); }
