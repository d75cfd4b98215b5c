#include "signin/sessions.h"

#include "api/views.h"
#include "auth/device_token.h"
#include "auth/opaque_token.h"

namespace ticketd {
namespace {

// Less than the minute for which update_session_revoked() ends used tokens as well.
constexpr seconds kReplayGrace{10};

// Of a user. More could not be ended at once, and each that ends is remembered while its access tokens live.
constexpr int kSessionsMax = 100;

JsonText pair_of(App& app, UserId user, SessionId family, const std::string& refresh_token) {
  return JsonText::object({{"access_token", app.access_tokens.issue(user, family, app.clock.now(), app.random)},
                           {"refresh_token", refresh_token}});
}

JsonText issue_pair(App& app, pqxx::transaction_base& tx, UserId user, SessionId family,
                    const std::string& refresh_token) {
  const auto now = app.clock.now();
  storage::insert_refresh_token(
      tx, {auth::hash_of(refresh_token), family, user, now + seconds(app.config.refresh_ttl_s)}, now);
  return pair_of(app, user, family, refresh_token);
}

// The token that a used one was exchanged for, held until the transaction ends. Whichever key made it: there may be a
// new one since. Empty if that token was revoked, or its key is gone.
std::optional<std::string> hold_next_of(App& app, pqxx::work& tx, const std::string& refresh_token) {
  for (const auto& key : app.config.session_keys) {
    auto next = auth::next_opaque_token(refresh_token, key.secret);
    if (storage::lock_refresh_token(tx, auth::hash_of(next))) return next;
  }
  return std::nullopt;
}

void tell_of_theft(App& app, const storage::RefreshToken& token) {
  app.metrics.series("ticketd_refresh_replays_total").fetch_add(1, std::memory_order_relaxed);
  Log::warning("refresh_token_replayed", {{"user", token.user.str()}, {"family", token.family.str()}});
}

}  // namespace

JsonText start_session(App& app, pqxx::work& tx, UserId user) {
  const auto now = app.clock.now();
  for (const auto& oldest : storage::list_oldest_sessions(tx, user, kSessionsMax - 1))
    storage::update_session_revoked(tx, oldest, now);  // their access tokens are refused when the list is loaded next
  return issue_pair(app, tx, user, SessionId::make(now, app.random), auth::make_opaque_token(app.random));
}

JsonText sign_in(App& app, pqxx::work& tx, const storage::User& user) {
  return JsonText::object(
      {{"user", user_json(user)},
       {"tokens", start_session(app, tx, user.id)},
       {"device_token", auth::make_device_token(user.id, app.config.session_keys.front(), app.random)}});
}

Result<JsonText> refresh_session(App& app, const std::string& refresh_token) {
  const auto hash = auth::hash_of(refresh_token);
  std::optional<storage::RefreshToken> stolen;
  auto pair = postgres::transact(app.database, [&](pqxx::work& tx) -> Result<JsonText> {
    const auto now = app.clock.now();
    stolen.reset();
    storage::lock_session_of(tx, hash);
    if (const auto token = storage::update_token_used(tx, hash, now))
      return issue_pair(app, tx, token->user, token->family,
                        auth::next_opaque_token(refresh_token, app.config.session_keys.front().secret));
    const auto used = storage::find_used_refresh_token(tx, hash);
    if (!used) return Refusal{Code::invalid_refresh_token};
    // Nor if it was used later than now: then a clock was wrong.
    if (used->token.expires_at > now && std::chrono::abs(now - used->used_at) <= kReplayGrace) {
      const auto next = hold_next_of(app, tx, refresh_token);
      if (!next) return Refusal{Code::invalid_refresh_token};
      return pair_of(app, used->token.user, used->token.family, *next);
    }
    // Not of a session that has ended already: its old tokens are in forgotten places.
    if (storage::update_session_revoked(tx, used->token.family, now)) stolen = used->token;
    return Refusal{Code::invalid_refresh_token};
  });
  if (stolen) {
    app.gate.revoke_session(stolen->family, app.clock.now());
    tell_of_theft(app, *stolen);
  }
  return pair;
}

}  // namespace ticketd
