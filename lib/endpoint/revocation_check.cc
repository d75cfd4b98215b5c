#include "endpoint/revocation_check.h"

#include <algorithm>
#include <chrono>

#include "storage/users.h"

namespace ticketd {
namespace {

// So long the list is good: a change counts so late at most that the cache could not be told of.
constexpr seconds kListKept{30};

}  // namespace

bool RevocationCheck::is_revoked(const auth::Passage& passage, const auth::AccessClaims& token) {
  if (passage.reachable) return is_in_list(passage.token, token);
  const auto since = app_.clock.now() - seconds(app_.config.access_ttl_s);
  return postgres::autocommit(app_.database, [&](pqxx::transaction_base& tx) {
    return storage::is_token_revoked(tx, token.user, token.session, token.issued_at, since);
  });
}

// One thread at a time asks PostgreSQL what is new. The others meanwhile, and all while PostgreSQL is away, go by what
// the list has: bookings are accepted then. Only if it is not complete everybody waits for it.
bool RevocationCheck::is_in_list(auth::TokenState state, const auth::AccessClaims& token) {
  const auto now = app_.clock.now();
  if (state.revoked) return true;
  if (state.read_at && now - *state.read_at < kListKept && *state.read_at - now < kListKept) return false;
  std::unique_lock alone(reading_, std::try_to_lock);
  if (!alone) {
    if (state.read_at) return false;
    if (app_.database.is_open_circuit())
      throw postgres::DatabaseUnavailable("it does not answer, and it is not known which tokens are revoked");
    alone.lock();
    state = app_.gate.find_token(token);
    if (state.revoked || state.read_at) return state.revoked;
  }
  try {
    return is_in_news(state.read_at, token);
  } catch (const postgres::DatabaseUnavailable&) {
    if (!state.read_at) throw;
    return false;
  }
}

bool RevocationCheck::is_in_news(const std::optional<Time>& read_at, const auth::AccessClaims& token) {
  const auto now = app_.clock.now();
  const auto oldest = now - seconds(app_.config.access_ttl_s);
  // The last minute is read again: a transaction may take a while to end, and hosts' clocks differ.
  const auto since = read_at ? std::max(oldest, std::min(*read_at, now) - std::chrono::minutes(1)) : oldest;
  const auto news = postgres::autocommit(
      app_.database, [&](pqxx::transaction_base& tx) { return storage::list_revocations(tx, since, now); });
  app_.gate.add_revocations(news, now, oldest);
  return std::ranges::any_of(news, [&](const auto& entry) { return auth::revokes(entry, token); });
}

}  // namespace ticketd
