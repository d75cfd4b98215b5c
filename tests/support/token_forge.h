// Access tokens made by the test, with the stack's own keys: good ones for people who need no password, and every kind
// of bad one.
#pragma once
#include <jwt.h>

#include <string>
#include <vector>

#include "base/json.h"

namespace ticketd::e2e {

struct SigningKey {
  std::string kid;
  std::string secret;  // the bytes, decoded
};

// Of TICKETD_JWT_KEYS: the first one signs, the others are still accepted.
const std::vector<SigningKey>& signing_keys();

// What an access token for this user says that was issued `age_s` ago and lives 15 minutes. Claims are changed by
// set().
Json claims_of(const std::string& user_id, std::int64_t age_s = 0);

// The same without one claim.
Json claims_without(const char* claim, const std::string& user_id);

// `alg` JWT_ALG_NONE leaves the signature away.
std::string sign(const Json& claims, const SigningKey& key = signing_keys().front(), jwt_alg_t alg = JWT_ALG_HS256);

// A version 4 UUID nobody has used.
std::string fresh_uuid();

}  // namespace ticketd::e2e
