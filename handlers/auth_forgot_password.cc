// POST /v1/auth/forgot-password: a link to choose a new password, to the address of an account. The answer, and the
// time that it takes, are the same whether there is such an account: ticketd-messenger looks for it.
#include "endpoint/serve.h"
#include "http/fields.h"
#include "signin/mail_links.h"
#include "storage/users.h"

using namespace ticketd;

static Answer forgot_password(App& app, const Request& request) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto email = in.email("email");
  if (!in.ok()) return in.refusal();

  if (const auto refusal = refuse_more_mail(app, request.remote_addr)) return *refusal;
  const auto now = app.clock.now();
  const bool is_mail_on = postgres::transact(app.database, [&](pqxx::work& tx) {
    const storage::LinkWish wish{MailId::make(now, app.random), storage::AccountMail::reset_password,
                                 storage::fold_email(tx, email), std::nullopt};
    return storage::insert_link_wish(tx, wish, now).is_mail_on;
  });
  if (!is_mail_on) return Refusal{Code::mail_off};
  return http::success(
      202, "link requested",
      JsonText::object({{"message", "If there is an account with this address, a link is sent to it"}}));
}

int main() { return serve("auth-forgot-password", RateClass::auth, forgot_password); }
