// What the logs of the running stack say about one request.
#pragma once
#include <string>
#include <vector>

#include "base/json.h"

namespace ticketd::e2e {

// An id for X-Request-Id that no other request has.
std::string fresh_request_id();

// The lines of all logs in which `id` stands, from nginx's (written within a second) to the worker's; fails the test at
// one that is no JSON.
std::vector<Json> log_lines_with(const std::string& id);

// The first of them whose `field` is `value`, awaited for some seconds; fails the test where none comes.
Json await_log_line(const std::string& id, const char* field, const std::string& value);

}  // namespace ticketd::e2e
