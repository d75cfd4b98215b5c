// The parts of `ticketctl user`.
#pragma once
#include "base/json_text.h"
#include "storage/accounts.h"
#include "ticketctl/commands.h"

namespace ticketd::ctl {

// Tells the cache's Redis, so that access tokens issued before `after` are refused at once. Gives back from when on
// they are refused, in words: if it cannot be told they are half a minute later at most.
std::string tell_endpoints(const Config& config, UserId user, Time after);

// user_delete.cc. `with_events`: cancels what they organise too. Without `yes` only says what it would do.
int delete_user(const Config& config, postgres::DatabasePool& database, const storage::AccountOverview& account,
                bool with_events, bool yes, bool json);

}  // namespace ticketd::ctl
