// What an admin may do: see and change everything, in the name of the one whose it is. An event or a booking of
// somebody else is taken by its id as its owner would; `?user_id=` names the person for everything else, on every
// endpoint that needs an access token. Of anybody who is no admin it is ignored.
#pragma once
#include <optional>

#include "endpoint/app.h"
#include "http/reply.h"
#include "http/request.h"

namespace ticketd {

// In whose name the caller acts on a thing of `owner`: as PostgreSQL has the caller's role now.
UserId acting_on(pqxx::transaction_base& tx, UserId caller, UserId owner);

// The person that an admin named by `?user_id=`. Throws postgres::DatabaseUnavailable, if there is such a parameter.
std::optional<UserId> named_person(App& app, const http::Request& request, UserId caller);

// What the caller did in the name of `person`, if that is somebody else: a line in the log, and Location says where an
// admin finds a request of that person's.
http::Reply acted_as(http::Reply reply, const http::Request& request, UserId caller, UserId person);

}  // namespace ticketd
