// 400 people want one of 100 tickets, at the same time, with two workers running.
#include <algorithm>
#include <random>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/crowd.h"
#include "support/seat_audit.h"
#include "support/stack.h"
#include "support/stack_redis.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {
constexpr std::size_t kPeople = 400, kTickets = 100, kThreads = 64;
}

TEST_GROUP(RaceForSeats) {
  Person owner;
  std::vector<Person> people;
  std::string event;

  void setup() override {
    owner = make_person();
    people = make_people(kPeople);
    event = create_event(owner, {.tickets = kTickets});
  }
  void teardown() override { resume_workers(); }

  // Everyone books; returns when every outcome is known.
  BookedAll race() const {
    auto all = book_all(people, {event}, kThreads);
    LONGS_EQUAL(kPeople, accepted_ids(all.replies).size());
    await_decided(accepted_ids(all.replies));
    return all;
  }

  void expect_rules_hold() const { expect_text("", broken_rule(seats_of(event))); }

  const Person& person(const std::string& id) const {
    return *std::find_if(people.begin(), people.end(), [&](const Person& someone) { return someone.id == id; });
  }
};

TEST(RaceForSeats, ConfirmsExactlyAsManyAsThereAre) {
  race();
  const auto seats = seats_of(event);
  LONGS_EQUAL(kTickets, users_in_state(seats, "confirmed").size());
  LONGS_EQUAL(kPeople - kTickets, users_in_state(seats, "waitlisted").size());
  expect_rules_hold();
}

TEST(RaceForSeats, TellsEveryoneTheSameAsTheTables) {
  const auto all = race();
  const Json status = status_of(owner, event);
  expect_number(0, status["available_tickets"]);
  expect_number(kPeople - kTickets, status["waiting_list_count"]);
  std::size_t confirmed = 0;
  for (std::size_t i = 0; i < kPeople; ++i) {
    confirmed += await_request(people[i], all.replies[i])["outcome"].text() == "confirmed" ? 1U : 0U;
  }
  LONGS_EQUAL(kTickets, confirmed);
}

TEST(RaceForSeats, KeepsTheOrderOfTheQueue) {
  pause_workers();
  const auto all = book_all(people, {event}, kThreads);
  std::vector<std::string> accepted;
  for (const auto& command : queued_commands(event)) accepted.push_back(command.user_id);
  resume_workers();
  LONGS_EQUAL(kPeople, accepted.size());
  await_decided(accepted_ids(all.replies));
  expect_text("", order_fault(seats_of(event), accepted));
  expect_rules_hold();
}

TEST(RaceForSeats, TellsPlacesInTheOrderOfTheQueue) {
  pause_workers();
  const auto all = book_all(people, {event}, kThreads);
  const auto queued = queued_commands(event);
  resume_workers();
  LONGS_EQUAL(kPeople, queued.size());
  await_decided(accepted_ids(all.replies));
  for (const std::size_t place : {1U, 2U, 150U, 299U, 300U}) {
    const auto& someone = person(queued[kTickets + place - 1].user_id);
    expect_number(static_cast<std::int64_t>(place), status_of(someone, event)["my"]["position"]);
  }
}

TEST(RaceForSeats, LetsNobodyOvertakeWhoWasAnsweredBefore) {
  const auto all = race();
  expect_text("", overtaking(seats_of(event), all.attempts));
}

TEST(RaceForSeats, PromotesTheFirstFiftyWhenFiftyCancel) {
  race();
  const auto before = seats_of(event);
  auto holders = users_in_state(before, "confirmed");
  const auto line = users_in_state(before, "waitlisted");
  std::shuffle(holders.begin(), holders.end(), std::mt19937(std::random_device()()));
  std::vector<Response> replies(50);
  in_parallel(16, 50, [&](std::size_t i) { replies[i] = cancel(person(holders[i]), event); });
  await_decided(accepted_ids(replies));

  auto expected = std::vector<std::string>(holders.begin() + 50, holders.end());
  expected.insert(expected.end(), line.begin(), line.begin() + 50);
  auto confirmed = users_in_state(seats_of(event), "confirmed");
  std::sort(expected.begin(), expected.end());
  std::sort(confirmed.begin(), confirmed.end());
  CHECK_TRUE(confirmed == expected);
  CHECK_TRUE(users_in_state(seats_of(event), "waitlisted") == std::vector<std::string>(line.begin() + 50, line.end()));
  expect_rules_hold();
}

TEST(RaceForSeats, HoldsWhileSomeCancelAndOthersBook) {
  race();
  const auto late = make_people(100);
  std::vector<Response> replies(200);
  in_parallel(32, 200,
              [&](std::size_t i) { replies[i] = i % 2 == 0 ? cancel(people[i], event) : book(late[i / 2], event); });
  LONGS_EQUAL(200, accepted_ids(replies).size());
  await_decided(accepted_ids(replies));
  LONGS_EQUAL(kTickets, users_in_state(seats_of(event), "confirmed").size());
  expect_rules_hold();
}

TEST(RaceForSeats, HoldsWhileTheCapacityGoesUpAndDown) {
  const auto resize = [&](std::size_t tickets) {
    const Json body = Json::object({{"number_of_tickets", static_cast<std::int64_t>(tickets)}});
    return owner.patch("/v1/events/" + event, body);
  };
  std::vector<Response> replies(kPeople), resized(10);
  in_parallel(32, kPeople + 10, [&](std::size_t i) {
    if (i % 41 == 0)
      resized[i / 41] = resize(i % 2 == 0 ? kTickets : kTickets + 60);
    else
      replies[i - i / 41 - 1] = book(people[i - i / 41 - 1], event);
  });
  LONGS_EQUAL(kPeople, accepted_ids(replies).size());
  await_decided(accepted_ids(replies));
  for (const auto& reply : resized) {
    expect(reply.status == 200 || reply.status == 202 || reply.status == 409,
           "an answer to each change: " + reply.body);
    if (reply.status == 202) await_request(owner, reply);
  }
  expect_rules_hold();
}
