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

  const auto found = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    const auto account = storage::find_account(tx, user);
    return std::pair(account, account ? storage::fold_email(tx, account->user.email) : "");
  });
  const auto& account = found.first;
  if (!account) return Refusal{Code::token_invalid};
  const auto tried = try_password(app, {found.second, account, current, device_token, request.remote_addr});
  if (!tried.ok()) return tried.refusal();
  if (!tried->is_right) return Refusal{Code::wrong_password};
  const auto hash = app.passwords.hash(wanted, tried->turn);
  if (hash.empty()) return Refusal{Code::busy};

  const auto changed_at = postgres::transact(app.database, [&](pqxx::work& tx) -> std::optional<Time> {
    if (!storage::lock_password(tx, user, account->password_hash)) return std::nullopt;
    return storage::update_password(tx, user, hash, app.clock);
  });
  if (!changed_at) return Refusal{Code::token_invalid, "The password was changed just now; log in again"};
  app.gate.revoke_tokens_before(user, *changed_at);
  return http::success(200, "password updated successfully",
                       JsonText::object({{"message", "Password updated successfully"}}));
}

int main() { return serve("auth-update-password", RateClass::auth, update_password, WaitsFor::hashing); }
