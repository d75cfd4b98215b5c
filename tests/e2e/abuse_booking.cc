// Programs that book: faster than people, but not more.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/crowd.h"
#include "support/seat_audit.h"
#include "support/stack.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {
constexpr std::size_t kPendingPerUser = 200;  // the default of TICKETD_PENDING_PER_USER
}

TEST_GROUP(BookingBots){void teardown() override{resume_workers();
}

// Each with a key of its own, so that none is a replay.
static std::vector<Response> book_at_once(const Person& person, const std::vector<std::string>& events,
                                          std::size_t times) {
  std::vector<Response> replies(times);
  in_parallel(32, times, [&](std::size_t i) { replies[i] = book(person, events[i % events.size()], fresh_uuid()); });
  return replies;
}
}
;

TEST(BookingBots, GetNoMoreThanAPersonMayHave) {
  const auto bot = make_person();
  const auto event = create_event(make_person(), {.tickets = 50, .max_per_user = 2});
  const auto replies = book_at_once(bot, {event}, 60);
  LONGS_EQUAL(60, accepted_ids(replies).size());
  await_decided(accepted_ids(replies));
  LONGS_EQUAL(2, users_in_state(seats_of(event), "confirmed").size());
  expect_number(48, status_of(bot, event)["available_tickets"]);
}

TEST(BookingBots, FillTheQueueOnlyToTheirShareAndPushNobodyOut) {
  const auto bot = make_person(), person = make_person(), owner = make_person();
  std::vector<std::string> events;  // in as many shards as it happens
  for (int i = 0; i < 24; ++i) events.push_back(create_event(owner, {.tickets = 1000, .max_per_user = 100}));
  const auto own = create_event(bot, {.tickets = 5});
  pause_workers();
  const auto replies = book_at_once(bot, events, 300);
  const auto accepted = accepted_ids(replies);
  LONGS_EQUAL(kPendingPerUser, accepted.size());
  for (const auto& reply : replies) {
    if (reply.status != 202) expect_problem(429, "rate_limited", reply);
  }
  // No other kind of command gets around it.
  expect_problem(429, "rate_limited", cancel(bot, events[0]));
  expect_problem(429, "rate_limited", bot.patch("/v1/events/" + own, Json::object({{"number_of_tickets", 9}})));
  expect_problem(429, "rate_limited", bot.del("/v1/events/" + own));
  const auto others = book(person, events[0]);
  expect_status(202, others);
  resume_workers();
  await_decided(accepted);
  expect_text("confirmed", await_request(person, others)["outcome"].text());
  expect_status(202, book(bot, events[0]));
}
