// Base64 (RFC 4648). Keys are read and written by libsodium, in constant time.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace ticketd {

// With padding, as mails have it (RFC 2045, 6.8), on one line.
std::string base64_of(std::string_view bytes);

// In the alphabet for URLs and without padding, as tokens have it (RFC 7515 section 2).
std::string base64url_of(std::string_view bytes);
// Empty for what is not written so. Not in constant time: of what is no secret.
std::optional<std::string> bytes_of_base64url(std::string_view text);

// As people hand it over: with padding, in either alphabet. Empty for what is not written so.
std::optional<std::string> bytes_of_base64(std::string_view text);

}  // namespace ticketd
