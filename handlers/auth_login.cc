// POST /v1/auth/login: tokens for an e-mail and password. Unknown e-mail and wrong password look and take the same.
#include "api/views.h"
#include "endpoint/serve.h"
#include "http/fields.h"
#include "signin/password_try.h"
#include "signin/sessions.h"

using namespace ticketd;

static Answer login(App& app, const Request& request) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto email = in.email("email");
  const auto password = in.secret("password");
  if (!in.ok()) return in.refusal();

  const auto found = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    return std::pair(storage::fold_email(tx, email), storage::find_account_by_email(tx, email));
  });
  const auto& account = found.second;
  auto attempt = PasswordTry::of_account(app, found.first, request.remote_addr);
  if (attempt.wait_s() > 0) {
    app.metrics.series("ticketd_login_throttled_total").fetch_add(1);
    return Refusal{Code::rate_limited, "Too many failed logins; wait and try again", {}, attempt.wait_s()};
  }
  const auto verdict = app.passwords.verify(account ? account->password_hash : "", password);
  if (verdict == auth::Passwords::Verdict::busy) return Refusal{Code::busy};
  if (verdict == auth::Passwords::Verdict::wrong) {
    attempt.wrong();
    if (account) Log::info("wrong_password", {{"request_id", request.request_id}, {"user", account->user.id.str()}});
    return Refusal{Code::invalid_credentials};
  }
  attempt.right();
  const auto rehashed = app.passwords.needs_rehash(account->password_hash) ? app.passwords.hash(password) : "";
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    if (!storage::lock_password(tx, account->user.id, account->password_hash))
      return Refusal{Code::invalid_credentials};
    if (!rehashed.empty()) storage::update_password_hash(tx, account->user.id, rehashed);
    const auto tokens = start_session(app, tx, account->user.id);
    auto reply = http::success(200, "user login successful",
                               JsonText::object({{"user", user_json(account->user)}, {"tokens", tokens}}));
    reply.user = account->user.id.str();
    return reply;
  });
}

int main() { return serve("auth-login", RateClass::auth, login); }
