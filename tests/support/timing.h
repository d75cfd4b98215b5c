// Does the time that an answer takes tell what nobody should learn?
#pragma once
#include <functional>
#include <string>

#include "support/http_client.h"

namespace ticketd::e2e {

// Asks `one` and `other` 200 times each, in turn, and `one` as often again: how much those two differ is the noise of
// this machine now. Fails the test unless the medians are as near to each other, or within 5 %, in one of three rounds:
// what tells them apart does so in each. Prints them, by `name`s.
void expect_same_time(const std::string& name, const std::function<Response()>& one, const std::string& other_name,
                      const std::function<Response()>& other);

}  // namespace ticketd::e2e
