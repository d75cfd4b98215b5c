// Base64 (RFC 4648), by libsodium: in constant time, for there are keys among it.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace ticketd {

// In the alphabet for URLs and without padding, as tokens have it (RFC 7515 section 2).
std::string base64url_of(std::string_view bytes);
// Empty for what is not written so.
std::optional<std::string> bytes_of_base64url(std::string_view text);

// As people hand it over: with padding, in either alphabet. Empty for what is not written so.
std::optional<std::string> bytes_of_base64(std::string_view text);

}  // namespace ticketd
