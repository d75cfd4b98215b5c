// What the tests asked and were answered, for tests/docs/conformance.js, which holds it against the OpenAPI document:
// a line of JSON for each exchange in the file that TICKETD_EXCHANGES names. Without that setting nothing is written.
#pragma once
#include <string>

#include "support/http_client.h"

namespace ticketd::e2e {

// `malformed`: the request was not HTTP on purpose, so its method and path mean nothing; the answer then has to be one
// that any request can get. Thread-safe.
void log_exchange(const std::string& method, const std::string& path, bool malformed, const Response& response);

}  // namespace ticketd::e2e
