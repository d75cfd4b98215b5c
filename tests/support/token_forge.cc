#include "support/token_forge.h"

#include <CppUTest/Utest.h>
#include <CppUTest/UtestMacros.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <sstream>

#include "base/base64.h"
#include "base/random.h"
#include "base/time.h"
#include "base/uuid.h"
#include "support/stack.h"

namespace ticketd::e2e {
namespace {

constexpr std::int64_t kLifetime_s = 900;

struct FreeJwt {
  void operator()(jwt_t* token) const { jwt_free(token); }
};

std::vector<SigningKey> read_keys() {
  std::vector<SigningKey> keys;
  std::istringstream list(setting("TICKETD_JWT_KEYS"));
  for (std::string one; std::getline(list, one, ',');) {
    const auto secret = bytes_of_base64(one.substr(one.find(':') + 1));
    if (!secret) FAIL("TICKETD_JWT_KEYS is not kid:base64,kid:base64");
    keys.push_back({.kid = one.substr(0, one.find(':')), .secret = *secret});
  }
  return keys;
}

std::vector<Json::Field> claim_list(const std::string& user_id, std::int64_t age_s) {
  const std::int64_t issued = epoch_s(SystemClock().now()) - age_s;
  return {{"iss", setting("TICKETD_JWT_ISSUER", "ticketd")},
          {"aud", setting("TICKETD_JWT_AUDIENCE", "ticketd")},
          {"sub", user_id},
          {"id", user_id},
          {"iat", issued},
          {"exp", issued + kLifetime_s},
          {"jti", fresh_uuid()},
          {"typ", "access"}};
}

}  // namespace

const std::vector<SigningKey>& signing_keys() {
  static const std::vector<SigningKey> keys = read_keys();
  return keys;
}

Json claims_of(const std::string& user_id, std::int64_t age_s) {
  Json claims = Json::object();
  for (const auto& [name, value] : claim_list(user_id, age_s)) claims.set(name, value);
  return claims;
}

Json claims_without(const char* claim, const std::string& user_id) {
  Json claims = Json::object();
  for (const auto& [name, value] : claim_list(user_id, 0)) {
    if (std::string_view(name) != claim) claims.set(name, value);
  }
  return claims;
}

std::string sign(const Json& claims, const SigningKey& key, jwt_alg_t alg) {
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) FAIL("jwt_new failed");
  const std::unique_ptr<jwt_t, FreeJwt> token(raw);
  const auto* secret = reinterpret_cast<const unsigned char*>(key.secret.data());
  const bool bare = alg == JWT_ALG_NONE;
  jwt_add_header(token.get(), "kid", key.kid.c_str());
  if (jwt_add_grants_json(token.get(), claims.dump().c_str()) != 0 ||
      jwt_set_alg(token.get(), alg, bare ? nullptr : secret, bare ? 0 : static_cast<int>(key.secret.size())) != 0) {
    FAIL("the token could not be made");
  }
  char* encoded = jwt_encode_str(token.get());
  if (encoded == nullptr) FAIL("the token could not be signed");
  std::string text(encoded);
  std::free(encoded);
  return text;
}

std::string fresh_uuid() {
  std::array<std::uint8_t, 16> bytes{};
  SystemRandom().fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return Uuid{bytes}.str();
}

}  // namespace ticketd::e2e
