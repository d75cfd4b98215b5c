#include "signin/mail_links.h"

#include <algorithm>

#include "auth/mail_link.h"
#include "auth/network.h"
#include "auth/opaque_token.h"
#include "storage/mails.h"
#include "storage/users.h"

namespace ticketd {
namespace {

// Counts a mail that the client asks for.
std::optional<Refusal> refuse_more_mail(App& app, const std::string& remote_addr) {
  if (!app.config.mail_network) return std::nullopt;
  std::vector<auth::Counter> counters;
  for (const auto& network : auth::networks_of(remote_addr))
    counters.push_back({"mail:" + auth::hex_hash_of(network.name), auth::rule_for(*app.config.mail_network, network)});
  const int wait_s = app.attempts.begin(counters).wait_s;
  if (wait_s == 0) return std::nullopt;
  return Refusal{Code::rate_limited, "Too many mails were asked for from here; wait and try again", {}, wait_s};
}

}  // namespace

std::optional<Refusal> send_link(App& app, pqxx::work& tx, storage::AccountMail kind, std::optional<UserId> user,
                                 const std::string& address, const std::string& remote_addr) {
  const auto now = app.clock.now();
  if (!storage::is_mail_on(tx)) return Refusal{Code::mail_off};
  if (auto refusal = refuse_more_mail(app, remote_addr)) return refusal;
  const auto again_at = storage::insert_link_wish(tx, {kind, address, user}, now);
  if (!again_at || kind == storage::AccountMail::reset_password) return std::nullopt;
  const auto wait = std::chrono::ceil<seconds>(*again_at - now).count();
  return Refusal{Code::rate_limited,
                 "Three links were sent within an hour; look for them, or wait",
                 {},
                 std::max(1, static_cast<int>(wait))};
}

Result<storage::Link> find_link(App& app, const std::string& token, std::initializer_list<storage::AccountMail> kinds) {
  const auto parsed = auth::parse_mail_link(token);
  if (!parsed) return Refusal{Code::invalid_link};
  const auto link = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    return storage::find_link(tx, parsed->mail, parsed->hash, app.clock.now());
  });
  if (!link || std::ranges::find(kinds, link->kind) == kinds.end()) return Refusal{Code::invalid_link};
  return *link;
}

std::optional<Refusal> use_link(App& app, pqxx::work& tx, const storage::Link& link) {
  if (storage::lock_user(tx, link.user) && storage::update_link_used(tx, link, app.clock.now())) return std::nullopt;
  return Refusal{Code::invalid_link};
}

}  // namespace ticketd
