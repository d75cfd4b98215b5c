// Mails about an account, and the links in them: 0036_account_mails.sql says how they come to be. storage/mails.h sends
// them.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"

namespace ticketd::storage {

// The first three have a link.
enum class AccountMail { reset_password, verify_email, change_email, email_changed, password_changed };
std::string_view name_of(AccountMail kind);

// One that somebody wants to be sent.
struct LinkWish {
  AccountMail kind;
  std::string address;         // of reset_password as fold_email() has it
  std::optional<UserId> user;  // empty for reset_password: nobody has looked yet whether there is one
};

// Has a mail with a link sent; a link to another address ends the one before. Nothing is sent, and the answer says when
// one will be again, if three went to that address, or were asked for by that user, within an hour. Takes the same time
// whoever's address it is, if anyone's. Exact under any concurrency for an address; for a user within lock_user().
std::optional<Time> insert_link_wish(pqxx::work& tx, const LinkWish& wish, Time now);

// Has word sent of what was changed, if mail is on: three times an hour for a kind and address.
void insert_account_news(pqxx::transaction_base& tx, AccountMail kind, UserId user, const std::string& address,
                         Time now);

// What a link leads to.
struct Link {
  MailId mail;       // that it was in
  std::string hash;  // of its token, 32 bytes
  AccountMail kind;
  UserId user;
  std::string address;  // of verify_email and change_email: the one to prove
};

// The link with that mail's id and that token's hash, if it can be used.
std::optional<Link> find_link(pqxx::transaction_base& tx, MailId id, const std::string& hash, Time now);

// Uses it up, and every other link of its user and kind. Of several at once just one gets true. Within lock_user().
bool update_link_used(pqxx::work& tx, const Link& link, Time now);

}  // namespace ticketd::storage
