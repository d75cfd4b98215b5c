// POST /v1/auth/verify-email: the address that a link was sent to is its reader's own, and from now on the account's.
#include "endpoint/serve.h"
#include "http/fields.h"
#include "signin/mail_links.h"
#include "storage/accounts.h"

using namespace ticketd;
using storage::AccountMail;

// By somebody else; until the transaction ends nobody takes it.
static bool is_taken(pqxx::work& tx, const storage::Link& link) {
  storage::lock_user(tx, link.user);
  storage::lock_address(tx, link.address);
  const auto holder = storage::find_account_by_email(tx, link.address);
  return holder && holder->user.id != link.user;
}

static Answer verify_email(App& app, const Request& request) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto token = in.secret("token");
  if (!in.ok()) return in.refusal();

  const auto link = find_link(app, token, {AccountMail::verify_email, AccountMail::change_email});
  if (!link.ok()) return link.refusal();
  const auto refusal = postgres::transact(app.database, [&](pqxx::work& tx) -> std::optional<Refusal> {
    const auto now = app.clock.now();
    const bool is_new = link->kind == AccountMail::change_email;
    if (is_new && is_taken(tx, *link)) return Refusal{Code::email_taken};
    if (auto unusable = use_link(app, tx, *link)) return unusable;
    if (is_new) {
      storage::update_email(tx, link->user, link->address, true, now);
    } else {
      storage::update_email_verified(tx, link->user, now);
    }
    return std::nullopt;
  });
  if (refusal) return *refusal;
  auto reply = http::success(200, "email verified", JsonText::object({{"email", link->address}}));
  reply.user = link->user.str();
  return reply;
}

int main() { return serve("auth-verify-email", RateClass::auth, verify_email); }
