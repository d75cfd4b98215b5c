// Mails with a link, as people ask for them, and what the link's token is good for.
#pragma once
#include <initializer_list>
#include <optional>
#include <string>

#include "endpoint/app.h"
#include "refusal/result.h"
#include "storage/account_mails.h"

namespace ticketd {

// Has a link sent, for a client with that address. Within storage::lock_user(), if it is for a user and not for whoever
// has the address. Refuses: mail_off; rate_limited, where the client's network has asked for too many, or after three
// of the kind in an hour, but for a forgotten password: nobody is to learn how often others asked.
std::optional<Refusal> send_link(App& app, pqxx::work& tx, storage::AccountMail kind, std::optional<UserId> user,
                                 const std::string& address, const std::string& remote_addr);

// The link that a token of a mail stands for, if it can be used.
// Refuses: invalid_link, also if the link is of none of these kinds.
Result<storage::Link> find_link(App& app, const std::string& token, std::initializer_list<storage::AccountMail> kinds);

// Uses it up: of several at once just one gets it. Its user is locked until the transaction ends. Refuses:
// invalid_link.
std::optional<Refusal> use_link(App& app, pqxx::work& tx, const storage::Link& link);

}  // namespace ticketd
