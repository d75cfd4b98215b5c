// How a receiver knows that a webhook is ours: https://www.standardwebhooks.com, 1.0.0, "Verifying webhook
// authenticity", symmetric.
#pragma once
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/time.h"

namespace ticketd::webhook {

// 32 random bytes.
std::string make_secret(Random& random);
// "whsec_…": as its owner is told it, once.
std::string text_of_secret(std::string_view secret);

// "v1,…" of what is sent: the delivery's id, when the attempt is made, and the body to the byte.
std::string signature_of(std::string_view secret, std::string_view id, Time at, std::string_view body);

}  // namespace ticketd::webhook
