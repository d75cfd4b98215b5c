#include "support/crowd.h"

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/stack.h"
#include "support/stack_database.h"

namespace ticketd::e2e {

BookedAll book_all(const std::vector<Person>& people, const std::vector<std::string>& events, std::size_t threads) {
  BookedAll all{.replies = std::vector<Response>(people.size()), .attempts = std::vector<Attempt>(people.size())};
  in_parallel(threads, people.size(), [&](std::size_t i) {
    const Request request = booking_of(people[i], events[i % events.size()]);
    const auto sent = std::chrono::steady_clock::now();
    all.replies[i] = send(request);
    all.attempts[i] = {.user_id = people[i].id, .sent = sent, .answered = std::chrono::steady_clock::now()};
  });
  return all;
}

std::vector<std::string> accepted_ids(const std::vector<Response>& replies) {
  std::vector<std::string> ids;
  for (const auto& reply : replies) {
    if (reply.status == 202) ids.emplace_back(reply.data()["request"]["id"].text());
  }
  return ids;
}

std::int64_t decided(const std::vector<std::string>& request_ids) {
  return count("SELECT count(*) FROM commands WHERE id = ANY ($1::uuid[])", array_of(request_ids));
}

void await_decided(const std::vector<std::string>& request_ids, std::chrono::milliseconds deadline) {
  const auto wanted = static_cast<std::int64_t>(request_ids.size());
  const bool all = await([&] { return decided(request_ids) == wanted; }, deadline);
  expect(all, std::to_string(decided(request_ids)) + " of " + std::to_string(wanted) + " requests have an outcome");
}

}  // namespace ticketd::e2e
