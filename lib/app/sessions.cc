#include "app/sessions.h"

#include "auth/opaque_token.h"

namespace ticketd {
namespace {

constexpr seconds kReplayGrace{10};

Json issue_pair(App& app, pqxx::transaction_base& tx, UserId user, storage::FamilyId family) {
  const auto now = app.clock.now();
  const auto refresh_token = auth::make_opaque_token(app.random);
  storage::insert_refresh_token(
      tx, {auth::hash_of(refresh_token), family, user, now + seconds(app.config.refresh_ttl_s)}, now);
  return Json::object(
      {{"access_token", app.access_tokens.issue(user, now, app.random)}, {"refresh_token", refresh_token}});
}

}  // namespace

Json start_session(App& app, pqxx::transaction_base& tx, UserId user) {
  return issue_pair(app, tx, user, storage::FamilyId::make(app.clock.now(), app.random));
}

Result<Json> refresh_session(App& app, const std::string& refresh_token) {
  const auto hash = auth::hash_of(refresh_token);
  return storage::transact(app.database, [&](pqxx::work& tx) -> Result<Json> {
    const auto now = app.clock.now();
    if (const auto token = storage::use_refresh_token(tx, hash, now))
      return issue_pair(app, tx, token->user, token->family);
    const auto used = storage::find_used_refresh_token(tx, hash);
    if (used && used->token.expires_at > now && now - used->used_at <= kReplayGrace)
      return issue_pair(app, tx, used->token.user, used->token.family);
    if (used) storage::revoke_family(tx, used->token.family, now);
    return Refusal{Code::invalid_refresh_token};
  });
}

}  // namespace ticketd
