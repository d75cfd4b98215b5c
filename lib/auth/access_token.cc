#include "auth/access_token.h"

#include <jwt.h>
#include <sodium.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <new>

#include "base/json.h"
#include "base/json_text.h"

namespace ticketd::auth {
namespace {

constexpr std::size_t kMaxTokenBytes = 4096;
constexpr const char* kType = "access";

using Jwt = std::unique_ptr<jwt_t, decltype(&jwt_free)>;
using Signature = std::array<unsigned char, crypto_auth_hmacsha256_BYTES>;

unsigned const char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string to_base64url(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), kVariant);
  text.pop_back();  // it ends the string with a NUL of its own
  return text;
}

// Empty unless `text` is base64url to its end, without padding and without bits that say nothing.
std::string from_base64url(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(), nullptr,
                        &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return "";
  bytes.resize(size);
  return bytes;
}

// How every token begins that we signed with this key: libjwt sorts the keys and writes no spaces. What begins in
// another way is not ours, whatever algorithm or key it names: so neither is ever taken from a token.
std::string head_of(const JwtKey& key) {
  return to_base64url(JsonText::object({{"alg", "HS256"}, {"kid", key.kid}, {"typ", "JWT"}}).str()) + '.';
}

bool is_signed(std::string_view text, std::string_view signature, const JwtKey& key) {
  const auto given = from_base64url(signature);
  Signature right;
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(key.secret), key.secret.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(text), text.size());
  crypto_auth_hmacsha256_final(&state, right.data());
  return given.size() == right.size() && sodium_memcmp(given.data(), right.data(), right.size()) == 0;
}

// The claims of a token that one of our keys signed; null for any other.
Json claims_of(std::string_view token, const std::vector<JwtKey>& keys) {
  const auto dot = token.rfind('.');
  for (const auto& key : keys) {
    const auto head = head_of(key);
    if (!token.starts_with(head) || dot < head.size()) continue;
    if (!is_signed(token.substr(0, dot), token.substr(dot + 1), key)) continue;
    return Json::parse(from_base64url(token.substr(head.size(), dot - head.size()))).value_or(Json());
  }
  return {};
}

// 0 for what is no time that can be counted in milliseconds too.
std::int64_t time_claim(const Json& claims, const char* name) {
  constexpr std::int64_t kYear10000S = 253'402'300'800;
  const auto s = claims[name].integer();
  return s > 0 && s < kYear10000S ? s : 0;
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

Result<AccessClaims> AccessTokens::verify(const std::string& token, Time now) const {
  const Refusal invalid{Code::token_invalid};
  if (token.size() > kMaxTokenBytes) return invalid;
  const auto claims = claims_of(token, config_.jwt_keys);
  const auto user = UserId::parse(claims["sub"].text());
  const auto exp = time_claim(claims, "exp");
  const auto iat = time_claim(claims, "iat");
  if (!user || exp == 0 || iat == 0) return invalid;
  if (claims["iss"].text() != config_.jwt_issuer || claims["aud"].text() != config_.jwt_audience ||
      claims["typ"].text() != kType)
    return invalid;
  if (claims.has("nbf") && (!claims["nbf"].is_integer() || claims["nbf"].integer() > epoch_s(now))) return invalid;
  if (exp <= epoch_s(now)) return Refusal{Code::token_expired};
  const auto iat_ms = claims["iat_ms"].integer();
  return AccessClaims{*user, iat_ms > 0 ? from_epoch_ms(iat_ms) : Time(seconds(iat))};
}

}  // namespace ticketd::auth
