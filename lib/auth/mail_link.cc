#include "auth/mail_link.h"

#include <algorithm>

#include "auth/opaque_token.h"
#include "base/base64.h"

namespace ticketd::auth {
namespace {

constexpr std::size_t kIdLetters = 22, kSecretLetters = 43;  // of 16 and of 32 bytes

}  // namespace

std::string mail_link_of(MailId mail, const std::string& secret) {
  const auto& id = mail.uuid.bytes;
  return base64url_of({reinterpret_cast<const char*>(id.data()), id.size()}) + secret;
}

std::optional<MailLink> parse_mail_link(std::string_view text) {
  if (text.size() != kIdLetters + kSecretLetters) return std::nullopt;
  const auto bytes = bytes_of_base64url(text.substr(0, kIdLetters));
  MailId id{};
  if (!bytes || bytes->size() != id.uuid.bytes.size()) return std::nullopt;
  std::ranges::transform(*bytes, id.uuid.bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return MailLink{id, hash_of(text.substr(kIdLetters))};
}

}  // namespace ticketd::auth
