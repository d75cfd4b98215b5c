// Access tokens: JWT (RFC 7519), HS256 and nothing else (RFC 8725 section 3.1), signed with the newest key, accepted
// from every configured one, told apart by kid.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/random.h"
#include "base/time.h"
#include "base/uuid.h"
#include "config/config.h"
#include "refusal/result.h"

namespace ticketd::auth {

struct AccessClaims {
  UserId user;
  std::optional<SessionId> session;  // empty in a token of an earlier version
  Time issued_at;                    // to the millisecond: a login right after a password change has to count as later
};

class AccessTokens {
 public:
  explicit AccessTokens(const Config& config) : config_(config) {}

  // Throws std::bad_alloc.
  std::string issue(UserId user, SessionId session, Time now, Random& random) const;

  // Refuses: token_invalid (longer than 4 KiB, not ours, another algorithm, issuer, audience or type, not valid yet,
  // issued more than a minute from now, a claim missing), token_expired (by its own claim, or issued longer ago than
  // tokens live by the present setting). Thread-safe.
  Result<AccessClaims> verify(const std::string& token, Time now);

 private:
  using TokenHash = std::array<std::uint8_t, 32>;
  // What a token says for as long as our keys are the same.
  struct Verified {
    AccessClaims claims;
    std::int64_t not_before_s;
    std::int64_t expires_s;
  };
  [[nodiscard]] std::optional<Verified> check(const std::string& token) const;
  std::optional<Verified> check_once(const std::string& token);

  const Config& config_;
  std::mutex mutex_;
  // Good tokens seen lately, by their BLAKE2b hash: checking one again would cost more than the rest of a read.
  std::map<TokenHash, Verified> seen_;
};

}  // namespace ticketd::auth
