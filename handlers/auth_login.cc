// POST /v1/auth/login: tokens for an e-mail and password. Unknown e-mail and wrong password look and take the same.
#include "app/serve.h"
#include "app/sessions.h"
#include "app/views.h"
#include "auth/opaque_token.h"
#include "http/fields.h"

using namespace ticketd;

// Failures are counted per e-mail and address together: neither can a stranger elsewhere lock the owner out, nor one
// address try the same account for long. Hashed, so that the cache holds no addresses.
static std::string throttled(const std::string& email, const Request& request) {
  std::string folded = email;
  for (char& c : folded) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return auth::hex_hash_of(folded + '\n' + request.remote_addr);
}

static Answer login(App& app, const Request& request) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto email = in.email("email");
  const auto password = in.secret("password");
  if (!in.ok()) return in.refusal();

  const auto who = throttled(email, request);
  if (const int wait_s = app.gate.login_wait_s(who); wait_s > 0) {
    app.metrics.series("ticketd_login_throttled_total").fetch_add(1);
    return Refusal{Code::rate_limited, "Too many failed logins; wait and try again", {}, wait_s};
  }
  const auto account = storage::read(
      app.database, [&](pqxx::transaction_base& tx) { return storage::find_account_by_email(tx, email); });
  const auto verdict = app.passwords.verify(account ? account->password_hash : "", password);
  if (verdict == auth::Passwords::Verdict::busy) return Refusal{Code::busy};
  if (verdict == auth::Passwords::Verdict::wrong) {
    app.gate.fail_login(who);
    return Refusal{Code::invalid_credentials};
  }
  app.gate.clear_logins(who);
  const auto rehashed = auth::Passwords::needs_rehash(account->password_hash) ? app.passwords.hash(password) : "";
  return storage::transact(app.database, [&](pqxx::work& tx) -> Answer {
    if (!storage::lock_password(tx, account->user.id, account->password_hash))
      return Refusal{Code::invalid_credentials};
    if (!rehashed.empty()) storage::update_password_hash(tx, account->user.id, rehashed);
    const auto tokens = start_session(app, tx, account->user.id);
    return http::not_stored(http::success(200, "user login successful",
                                          Json::object({{"user", user_json(account->user)}, {"tokens", tokens}})));
  });
}

int main() { return serve("auth-login", Limit::auth, login); }
