// POST /v1/auth/change-email: a link to the caller's new address; whoever follows it makes it the account's.
#include "endpoint/serve.h"
#include "http/fields.h"
#include "signin/mail_links.h"
#include "signin/password_try.h"

using namespace ticketd;

static Answer change_email(App& app, const Request& request, UserId user) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto email = in.email("email");
  const auto password = in.secret("password");
  const auto device_token = in.optional_text("device_token", {0, 255}).value_or("");
  if (!in.ok()) return in.refusal();

  const auto own = try_own_password(app, user, {password, device_token, request.remote_addr});
  if (!own.ok()) return own.refusal();
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    if (!storage::lock_password(tx, user, own->account.password_hash)) return Refusal{Code::token_invalid};
    const auto holder = storage::find_account_by_email(tx, email, in.as_sent("email"));
    if (holder && holder->user.id != user) return Refusal{Code::email_taken};
    if (const auto refusal = send_link(app, tx, storage::AccountMail::change_email, user, email, request.remote_addr))
      return *refusal;
    return http::success(202, "link requested", JsonText::object({{"email", email}}));
  });
}

int main() { return serve("auth-change-email", RateClass::auth, change_email, WaitsFor::hashing); }
