// POST /v1/auth/register: a new account, signed in at once.
#include "endpoint/serve.h"
#include "http/fields.h"
#include "signin/mail_links.h"
#include "signin/password_try.h"
#include "signin/sessions.h"

using namespace ticketd;

static Answer register_user(App& app, const Request& request) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto name = in.optional_text("name", {0, 255});
  const auto email = in.email("email");
  const auto password = in.password("password");
  if (!in.ok()) return in.refusal();

  const auto hash = app.passwords.hash(password, auth::Turn::stranger);
  if (hash.empty()) return Refusal{Code::busy};
  const auto now = app.clock.now();
  const storage::User user{UserId::make(now, app.random), "user", name, email, now, now};
  std::string folded;
  auto answer = postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    if (!storage::insert_user(tx, user, hash, in.as_sent("email"))) return Refusal{Code::email_taken};
    folded = storage::fold_email(tx, email);
    // Where it cannot be sent, it can be asked for later.
    send_link(app, tx, storage::AccountMail::verify_email, user.id, email, request.remote_addr);
    return http::success(201, "new user registered", sign_in(app, tx, user)).header("Location", "/v1/users/me");
  });
  if (answer.ok()) {
    answer->user = user.id.str();
    remember_network(app, folded, request.remote_addr);
  }
  return answer;
}

int main() { return serve("auth-register", RateClass::auth, register_user, WaitsFor::hashing); }
