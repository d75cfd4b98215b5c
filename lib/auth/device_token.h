// Device tokens: whoever signed in gets one, and shows by it later on that this person was on this device before. It
// opens nothing. It tells a known device from strangers where tries of passwords are counted and stand in line, which
// an address cannot do: many people share one. Nothing of it is stored, so a full or lost cache forgets no device.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/uuid.h"
#include "config/config.h"

namespace ticketd::auth {

// 64 characters: a number of its own, and what the key makes of it and the user.
std::string make_device_token(UserId user, const SecretKey& key, Random& random);

// Did one of the keys make it for this user? In a time that tells nothing about where it differs.
bool is_device_token_of(UserId user, std::string_view token, std::span<const SecretKey> keys);

}  // namespace ticketd::auth
