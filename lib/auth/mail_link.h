// What the link in a mail about an account ends with, and a link to unsubscribe. Whoever has it has read the mail.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/uuid.h"

namespace ticketd::auth {

struct MailLink {
  MailId mail;
  std::string hash;  // of its secret, 32 bytes: all that is stored
};

// The mail's id and 256 random bits, base64url: 65 characters. `secret` is make_opaque_token()'s.
std::string mail_link_of(MailId mail, const std::string& secret);

// Empty for what is not written so.
std::optional<MailLink> parse_mail_link(std::string_view text);

}  // namespace ticketd::auth
