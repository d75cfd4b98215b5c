// What every endpoint has in common: `int main() { return serve("events-book", RateClass::booking, book); }`.
//
// For each request: who calls (access token), the rate limit, the handler, its refusal or reply on the wire, faults
// turned into 503 or 500, a log line and the metrics. The one place, with the worker's loop, where exceptions end.
#pragma once
#include <optional>
#include <variant>

#include "endpoint/app.h"
#include "http/reply.h"
#include "http/request.h"

namespace ticketd {

using http::Reply;
using http::Request;
using Answer = Result<Reply>;

// Which rate limit an endpoint counts against; its setting is TICKETD_RATE_LIMIT_AUTH and so on.
enum class RateClass { none, auth, booking, reads, door };

// What an endpoint's threads wait for, and so how many it has. `database`: TICKETD_THREADS, a few more than there are
// connections to PostgreSQL; more would make the slowest answers slower. `queue`: TICKETD_BOOKING_THREADS, many; they
// wait for the disk of the queue's Redis, and what waits together is synced together. `hashing`: many as well; they
// wait for their turn to hash a password, which comes for whoever is known before that of who came first.
enum class WaitsFor { database, queue, hashing };

// An endpoint that anyone may call.
using OpenHandler = Answer (*)(App&, const Request&);
// An endpoint that needs an access token; it gets the id of its user.
using SignedInHandler = Answer (*)(App&, const Request&, UserId);
// An endpoint that anyone may read; it gets the id of the user whose access token came along. A token that was sent has
// to be good. Without one the answer is the same for everybody, whoever asks from wherever: nginx keeps it for a
// moment.
using ReadHandler = Answer (*)(App&, const Request&, std::optional<UserId>);
using Handler = std::variant<OpenHandler, SignedInHandler, ReadHandler>;

// Reads the settings, serves on fd 0 until it is told to stop or has been idle long enough, and gives back the exit
// status.
int serve(const char* name, RateClass rate_class, OpenHandler handler, WaitsFor waits_for = WaitsFor::database);
int serve(const char* name, RateClass rate_class, SignedInHandler handler, WaitsFor waits_for = WaitsFor::database,
          std::size_t body_limit = http::kMaxBodyBytes);
int serve(const char* name, RateClass rate_class, ReadHandler handler);

}  // namespace ticketd
