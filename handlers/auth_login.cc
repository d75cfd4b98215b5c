// POST /v1/auth/login: tokens for an e-mail and password. Unknown e-mail and wrong password look and take the same.
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
  const auto device_token = in.optional_text("device_token", {0, 255}).value_or("");
  if (!in.ok()) return in.refusal();

  const auto found = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    return std::pair(storage::fold_email(tx, email), storage::find_account_by_email(tx, email, in.as_sent("email")));
  });
  const auto& account = found.second;
  const auto tried = try_password(app, {found.first, account, password, device_token, request.remote_addr});
  if (!tried.ok()) return tried.refusal();
  if (!tried->is_right) {
    if (account) Log::info("wrong_password", {{"request_id", request.request_id}, {"user", account->user.id.str()}});
    return Refusal{Code::invalid_credentials};
  }
  const bool is_old = tried->is_as_sent || app.passwords.needs_rehash(account->password_hash);
  const auto rehashed = is_old ? app.passwords.hash(password, tried->turn) : "";
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    if (!storage::lock_password(tx, account->user.id, account->password_hash))
      return Refusal{Code::invalid_credentials};
    if (!rehashed.empty()) storage::update_password_hash(tx, account->user.id, rehashed);
    auto reply = http::success(200, "user login successful", sign_in(app, tx, account->user));
    reply.user = account->user.id.str();
    return reply;
  });
}

int main() { return serve("auth-login", RateClass::auth, login, WaitsFor::hashing); }
