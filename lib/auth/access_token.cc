#include "auth/access_token.h"

#include <jwt.h>
#include <sodium.h>

#include <cstdlib>
#include <memory>
#include <new>

namespace ticketd::auth {
namespace {

// libjwt takes the token's size from the stack: a token of megabytes would crash it.
constexpr std::size_t kMaxTokenBytes = 4096;
constexpr std::size_t kSeenMax = 4096;  // some 700 KB
constexpr const char* kType = "access";

using Jwt = std::unique_ptr<jwt_t, decltype(&jwt_free)>;

Jwt decode(const std::string& token, const JwtKey& key) {
  jwt_t* raw = nullptr;
  const auto* secret = reinterpret_cast<const unsigned char*>(key.secret.data());
  if (jwt_decode(&raw, token.c_str(), secret, static_cast<int>(key.secret.size())) != 0) raw = nullptr;
  Jwt jwt(raw, jwt_free);
  if (!jwt || jwt_get_alg(jwt.get()) != JWT_ALG_HS256) return {nullptr, jwt_free};  // it would take HS512 as well
  const char* kid = jwt_get_header(jwt.get(), "kid");
  if (kid == nullptr || key.kid != kid) return {nullptr, jwt_free};
  return jwt;
}

bool claim_is(const Jwt& jwt, const char* name, const std::string& expected) {
  const char* value = jwt_get_grant(jwt.get(), name);
  return value != nullptr && expected == value;
}

// A missing claim reads -1, a claim of another type 0: neither is a time that we ever wrote.
long time_claim(const Jwt& jwt, const char* name) { return jwt_get_grant_int(jwt.get(), name); }

// One that can be counted in milliseconds too.
bool is_time(long s) {
  constexpr long kYear10000S = 253'402'300'800;
  return s > 0 && s < kYear10000S;
}

}  // namespace

std::string AccessTokens::issue(UserId user, Time now, Random& random) const {
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) throw std::bad_alloc();
  const Jwt jwt(raw, jwt_free);
  const auto& key = config_.jwt_keys.front();
  const auto id = user.str();
  const long iat = epoch_s(now);
  jwt_add_header(raw, "kid", key.kid.c_str());
  jwt_add_grant(raw, "iss", config_.jwt_issuer.c_str());
  jwt_add_grant(raw, "aud", config_.jwt_audience.c_str());
  jwt_add_grant(raw, "sub", id.c_str());
  jwt_add_grant(raw, "id", id.c_str());
  jwt_add_grant(raw, "typ", kType);
  jwt_add_grant(raw, "jti", Uuid::v7(now, random).str().c_str());
  jwt_add_grant_int(raw, "iat", iat);
  jwt_add_grant_int(raw, "iat_ms", epoch_ms(now));
  jwt_add_grant_int(raw, "exp", iat + config_.access_ttl_s);
  jwt_set_alg(raw, JWT_ALG_HS256, reinterpret_cast<const unsigned char*>(key.secret.data()),
              static_cast<int>(key.secret.size()));
  const std::unique_ptr<char, decltype(&std::free)> text(jwt_encode_str(raw), std::free);
  if (!text) throw std::bad_alloc();
  return text.get();
}

std::optional<AccessTokens::Verified> AccessTokens::check(const std::string& token) const {
  for (const auto& key : config_.jwt_keys) {
    const auto jwt = decode(token, key);
    if (!jwt) continue;
    const auto exp = time_claim(jwt, "exp");
    const auto iat = time_claim(jwt, "iat");
    const char* sub = jwt_get_grant(jwt.get(), "sub");
    const auto user = UserId::parse(sub == nullptr ? "" : sub);
    if (!user || !is_time(exp) || !is_time(iat)) return std::nullopt;
    if (!claim_is(jwt, "iss", config_.jwt_issuer) || !claim_is(jwt, "aud", config_.jwt_audience) ||
        !claim_is(jwt, "typ", kType))
      return std::nullopt;
    const auto iat_ms = time_claim(jwt, "iat_ms");
    const auto issued_at = iat_ms > 0 ? from_epoch_ms(iat_ms) : Time(seconds(iat));
    return Verified{{*user, issued_at}, time_claim(jwt, "nbf"), exp};
  }
  return std::nullopt;
}

std::optional<AccessTokens::Verified> AccessTokens::check_once(const std::string& token) {
  TokenHash hash;
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(token.data()), token.size(),
                     nullptr, 0);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = seen_.find(hash); found != seen_.end()) return found->second;
  }
  const auto verified = check(token);
  if (!verified) return verified;
  const std::lock_guard lock(mutex_);
  if (seen_.size() >= kSeenMax) seen_.clear();
  seen_.emplace(hash, *verified);
  return verified;
}

Result<AccessClaims> AccessTokens::verify(const std::string& token, Time now) {
  const Refusal invalid{Code::token_invalid};
  if (token.size() > kMaxTokenBytes || token.find('\0') != std::string::npos) return invalid;
  const auto verified = check_once(token);
  if (!verified || verified->not_before_s > epoch_s(now)) return invalid;
  if (verified->expires_s <= epoch_s(now)) return Refusal{Code::token_expired};
  return verified->claims;
}

}  // namespace ticketd::auth
