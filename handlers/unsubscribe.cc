// POST /unsubscribe/{token}: its reader wants no more mails of the kind that the link stood in. A mail program sends
// this at one click, in a form of its own (RFC 8058); so does the page of the same address. Without a limit but
// nginx's: a few hosts of a large provider say it for all of its people, and nobody guesses a token.
#include "auth/mail_link.h"
#include "endpoint/serve.h"
#include "storage/mail_settings.h"

using namespace ticketd;

static Answer stop(App& app, const Request& request) {
  const auto token = request.path_values.find("link_token");
  const auto link = token == request.path_values.end() ? std::nullopt : auth::parse_mail_link(token->second);
  if (!link) return Refusal{Code::invalid_link};
  const auto stopped = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::unsubscribe(tx, link->mail, link->hash); });
  if (!stopped) return Refusal{Code::invalid_link};
  auto reply = http::success(200, "unsubscribed", JsonText::object({{"mails", stopped->mails}}));
  reply.user = stopped->user.str();
  return reply;
}

int main() { return serve("unsubscribe", RateClass::none, stop); }
