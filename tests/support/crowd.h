// Many people who book at once, for the races and the faults.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "support/person.h"
#include "support/seat_audit.h"

namespace ticketd::e2e {

struct BookedAll {
  std::vector<Response> replies;  // in the order of the people
  std::vector<Attempt> attempts;
};

// Person i books events[i % events.size()], from `threads` kept-alive connections.
BookedAll book_all(const std::vector<Person>& people, const std::vector<std::string>& events, std::size_t threads);

// The request ids of those answered 202.
std::vector<std::string> accepted_ids(const std::vector<Response>& replies);

// How many of these requests have an outcome by now.
std::int64_t decided(const std::vector<std::string>& request_ids);

// Waits until all have one; fails the test otherwise.
void await_decided(const std::vector<std::string>& request_ids,
                   std::chrono::milliseconds deadline = std::chrono::seconds(30));

}  // namespace ticketd::e2e
