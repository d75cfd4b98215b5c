// Is an access token still good, though it has not expired? It is not once its session has ended, its user has a new
// password, or the account was deleted.
//
// PostgreSQL knows all of these; the revocation list is what the cache Redis keeps of them (auth/gate.h), so that a
// request asks no database. Every half a minute PostgreSQL is asked for what came since: a change that could not be
// told to the cache counts half a minute late at most. If the cache forgot everything (restart, eviction), PostgreSQL
// is asked for all that still matters. While PostgreSQL is away the list counts as it is.
#pragma once
#include <mutex>

#include "endpoint/app.h"

namespace ticketd {

class RevocationCheck {
 public:
  explicit RevocationCheck(App& app) : app_(app) {}

  // `passage`: what the gate said of the token. Thread-safe. Throws postgres::DatabaseUnavailable where neither the
  // list nor PostgreSQL can tell.
  bool is_revoked(const auth::Passage& passage, const auth::AccessClaims& token);

 private:
  bool is_in_list(auth::TokenState state, const auth::AccessClaims& token);
  bool is_in_news(const std::optional<Time>& read_at, const auth::AccessClaims& token);

  App& app_;
  std::mutex reading_;  // held by who asks PostgreSQL for what is new
};

}  // namespace ticketd
