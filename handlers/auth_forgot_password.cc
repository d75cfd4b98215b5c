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

  const auto refusal = postgres::transact(app.database, [&](pqxx::work& tx) {
    return send_link(app, tx, storage::AccountMail::reset_password, std::nullopt, storage::fold_email(tx, email),
                     request.remote_addr);
  });
  if (refusal) return *refusal;
  return http::success(
      202, "link requested",
      JsonText::object({{"message", "If there is an account with this address, a link is sent to it"}}));
}

int main() { return serve("auth-forgot-password", RateClass::auth, forgot_password); }
