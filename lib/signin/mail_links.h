// Mails with a link, as people ask for them, and what the link's token is good for.
#pragma once
#include <optional>
#include <string>

#include "endpoint/app.h"
#include "refusal/result.h"
#include "storage/account_mails.h"

namespace ticketd {

// Counts a mail that this client asks for. Refuses: rate_limited, where its network has asked for too many.
std::optional<Refusal> refuse_more_mail(App& app, const std::string& remote_addr);

// Has a link sent to a user's own address, or to the one that is to take its place. Within storage::lock_user().
// Refuses: mail_off; rate_limited, after three of the kind in an hour.
std::optional<Refusal> send_link(App& app, pqxx::work& tx, storage::AccountMail kind, UserId user,
                                 const std::string& address);

// The link that a token of a mail stands for, if it can be used.
// Refuses: invalid_link, also if the link is of neither kind.
Result<storage::Link> find_link(App& app, const std::string& token, storage::AccountMail kind,
                                storage::AccountMail or_kind);

// Uses it up: of several at once just one gets it. Its user is locked until the transaction ends. Refuses:
// invalid_link.
std::optional<Refusal> use_link(App& app, pqxx::work& tx, const std::string& token, const storage::Link& link);

}  // namespace ticketd
