// DELETE /v1/users/me: erases the caller's account. Its sessions end; what it holds of events to come goes on to
// others.
#include "endpoint/serve.h"
#include "http/fields.h"
#include "signin/password_try.h"
#include "storage/accounts.h"
#include "storage/events.h"

using namespace ticketd;

static Answer erase(App& app, const Request& request, UserId user) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto password = in.secret("password");
  const auto device_token = in.optional_text("device_token", {0, 255}).value_or("");
  const bool with_events = in.optional_boolean("cancel_events").value_or(false);
  if (!in.ok()) return in.refusal();

  const auto own = try_own_password(app, user, {password, device_token, request.remote_addr});
  if (!own.ok()) return own.refusal();
  const auto erased = postgres::transact(app.database, [&](pqxx::work& tx) -> Result<Time> {
    if (!storage::lock_password(tx, user, own->account.password_hash)) return Refusal{Code::token_invalid};
    if (!with_events && storage::has_open_events(tx, user, 1, app.clock.now())) return Refusal{Code::organises_events};
    // Who restores a backup from before finds here whom to erase once more.
    Log::info("account_erased", {{"request_id", request.request_id}, {"user", user.str()}});
    return storage::erase_account(tx, user, app.clock);
  });
  if (!erased.ok()) return erased.refusal();
  app.gate.revoke_tokens_before(user, *erased);
  return http::success(200, "account deleted", JsonText::object({{"id", user.str()}}));
}

int main() { return serve("users-me-delete", RateClass::auth, erase, WaitsFor::hashing); }
