#include "auth/mail_link.h"

#include "auth/opaque_token.h"
#include "support/fakes.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

TEST_GROUP(MailLink) {
  const MailId id = *MailId::parse("0197f0a0-0000-7000-8000-0000000000ff");
  const std::string secret = std::string(43, 's');
  const std::string link = auth::mail_link_of(id, secret);
};

TEST(MailLink, HasItsMailAndTheHashOfItsSecret) {
  LONGS_EQUAL(65, link.size());
  const auto parsed = auth::parse_mail_link(link);
  CHECK_TRUE(parsed && parsed->mail == id);
  expect_text(auth::hash_of(secret), parsed->hash);
}

TEST(MailLink, IsNothingElse) {
  for (const auto& text : {std::string(), link + "s", link.substr(1), "!" + link.substr(1), std::string(65, '=')})
    CHECK_FALSE(auth::parse_mail_link(text).has_value());
}
