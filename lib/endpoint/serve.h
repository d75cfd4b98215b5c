// What every endpoint has in common: `int main() { return serve("events-book", Limit::booking, book); }`.
//
// For each request: who calls (access token), the rate limit, the handler, its refusal or reply on the wire, faults
// turned into 503 or 500, a log line and the metrics. The one place, with the worker's loop, where exceptions end.
#pragma once
#include "endpoint/app.h"
#include "http/reply.h"
#include "http/request.h"

namespace ticketd {

using http::Reply;
using http::Request;
using Answer = Result<Reply>;

// Which rate limit an endpoint counts against; its setting is TICKETD_RATE_LIMIT_AUTH and so on.
enum class Limit { none, auth, booking, reads };

// An endpoint that anyone may call.
using OpenHandler = Answer (*)(App&, const Request&);
// An endpoint that needs an access token; it gets the id of its user.
using SignedInHandler = Answer (*)(App&, const Request&, UserId);

// Reads the settings, serves on fd 0 until it is told to stop or has been idle long enough, and gives back the exit
// status.
int serve(const char* name, Limit limit, OpenHandler handler);
int serve(const char* name, Limit limit, SignedInHandler handler);

}  // namespace ticketd
