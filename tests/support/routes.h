// The endpoints as nginx/routes.conf has them, so that a test notices a new one.
#pragma once
#include <string>
#include <vector>

namespace ticketd::e2e {

// "GET /v1/events/{}", in the file's order; HEAD goes with GET. Fails the test where the file cannot be read.
std::vector<std::string> routes();

}  // namespace ticketd::e2e
