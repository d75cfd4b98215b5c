// Signing in: the pair of tokens that a login gives, and its exchange for the next pair.
#pragma once
#include <string>

#include "base/json_text.h"
#include "endpoint/app.h"
#include "refusal/result.h"
#include "storage/refresh_tokens.h"
#include "storage/users.h"

namespace ticketd {

// {access_token, refresh_token} of a new family, the refresh token's hash written within the caller's transaction,
// which holds a lock on the user. Of more than 100 sessions of a user the one ends that was refreshed the longest
// ago.
JsonText start_session(App& app, pqxx::work& tx, UserId user);

// What registering and logging in answer: {user, tokens, device_token}, of a new session as above.
JsonText sign_in(App& app, pqxx::work& tx, const storage::User& user);

// Exchanges a refresh token for a new pair of the same family. A token that was exchanged before is taken again
// within 10 s, for a client that lost the answer or has two tabs, and gives the same refresh token as the first time:
// a family never has two branches, in one of which a thief could live unseen. Later it is a theft's trace and revokes
// the whole family. Refuses: invalid_refresh_token. Throws postgres::DatabaseUnavailable.
Result<JsonText> refresh_session(App& app, const std::string& refresh_token);

}  // namespace ticketd
