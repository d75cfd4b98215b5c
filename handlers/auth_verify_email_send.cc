// POST /v1/auth/verify-email/send: another link to prove the caller's address.
#include "endpoint/serve.h"
#include "signin/mail_links.h"
#include "storage/users.h"

using namespace ticketd;

static Answer send(App& app, const Request& request, UserId user) {
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    if (!storage::lock_user(tx, user)) return Refusal{Code::token_invalid};
    const auto account = storage::find_user(tx, user);
    const auto answer = [&](int status) {
      return http::success(status, status == 200 ? "email verified before" : "link requested",
                           JsonText::object({{"email", account->email}}));
    };
    if (account->email_verified_at) return answer(200);
    if (const auto refusal =
            send_link(app, tx, storage::AccountMail::verify_email, user, account->email, request.remote_addr))
      return *refusal;
    return answer(202);
  });
}

int main() { return serve("auth-verify-email-send", RateClass::auth, send); }
