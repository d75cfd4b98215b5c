// POST /v1/auth/reset-password: a new password for whoever has read the mail with the link; ends every session.
#include "endpoint/serve.h"
#include "http/fields.h"
#include "signin/mail_links.h"
#include "signin/password_try.h"

using namespace ticketd;

static Answer reset_password(App& app, const Request& request) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto token = in.secret("token");
  const auto wanted = in.password("new_password");
  if (!in.ok()) return in.refusal();

  const auto link = find_link(app, token, {storage::AccountMail::reset_password});
  if (!link.ok()) return link.refusal();
  const auto hash = app.passwords.hash(wanted, auth::Turn::known);
  if (hash.empty()) return Refusal{Code::busy};
  std::string address;
  const auto changed_at = postgres::transact(app.database, [&](pqxx::work& tx) -> Result<Time> {
    if (const auto refusal = use_link(app, tx, *link)) return *refusal;
    address = storage::fold_email(tx, storage::find_user(tx, link->user)->email);
    storage::update_email_verified(tx, link->user, app.clock.now());
    return storage::update_password(tx, link->user, hash, app.clock);
  });
  if (!changed_at.ok()) return changed_at.refusal();
  app.gate.revoke_tokens_before(link->user, *changed_at);
  // Else who has the account's tries used up by strangers could not sign in with the new one.
  remember_network(app, address, request.remote_addr);
  auto reply = http::success(200, "password updated successfully",
                             JsonText::object({{"message", "The password is changed; log in with the new one"}}));
  reply.user = link->user.str();
  return reply;
}

int main() { return serve("auth-reset-password", RateClass::auth, reset_password, WaitsFor::hashing); }
