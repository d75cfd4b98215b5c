// Refresh tokens as the client holds them, and fingerprints. Only hashes of them are stored.
#pragma once
#include <string>
#include <string_view>

#include "base/random.h"

namespace ticketd::auth {

// 256 random bits, base64url without padding: 43 characters.
std::string make_opaque_token(Random& random);

// The token that follows this one: always the same, so that a retry gets what the lost answer held; without the secret
// nobody can tell it. As long and as random as make_opaque_token()'s.
std::string next_opaque_token(const std::string& token, const std::string& secret);

// BLAKE2b-256: 32 bytes. The token has 256 random bits, so a fast hash without salt is enough.
std::string hash_of(std::string_view text);

// The same as 64 hexadecimal digits.
std::string hex_hash_of(std::string_view text);

}  // namespace ticketd::auth
