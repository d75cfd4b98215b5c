// The queue Redis away: bookings are refused clearly, reads go on, and nothing accepted is lost.
#include <signal.h>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/crowd.h"
#include "support/seat_audit.h"
#include "support/stack.h"
#include "support/stack_redis.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(QueueDown) {
  Person owner;
  Person person;
  std::string event;

  void setup() override {
    owner = make_person();
    person = make_person();
    event = create_event(owner, {.tickets = 50, .max_per_user = 2});
  }
  void teardown() override { restore_stack(); }
};

TEST(QueueDown, RefusesBookingsClearly) {
  take_down("redis-queue");
  expect_problem(503, "queue_unavailable", book(person, event));
}

TEST(QueueDown, RefusesEverythingElseThatNeedsAWorker) {
  book_outcome(person, event);
  const auto booking = std::string(booking_of_event(person, event)["id"].text());
  take_down("redis-queue");
  expect_problem(503, "queue_unavailable", cancel(person, event));
  expect_problem(503, "queue_unavailable", person.del("/v1/bookings/" + booking));
  expect_problem(503, "queue_unavailable", owner.del("/v1/events/" + event));
  const Json resize = Json::object({{"number_of_tickets", 60}});
  expect_problem(503, "queue_unavailable", owner.patch("/v1/events/" + event, resize));
}

TEST(QueueDown, RefusesWithoutALongWait) {
  take_down("redis-queue");
  for (int i = 0; i < 10; ++i) CHECK_TRUE(book(person, event).took < std::chrono::seconds(5));
}

TEST(QueueDown, LeavesReadsAlone) {
  book_outcome(person, event);
  take_down("redis-queue");
  for (const auto& path :
       {"/v1/events/" + event, "/v1/events/status/" + event, std::string("/v1/events/discover"),
        std::string("/v1/bookings"), std::string("/v1/notifications"), std::string("/v1/users/me")}) {
    expect_success(200, person.get(path));
  }
}

TEST(QueueDown, LeavesSigningInAlone) {
  const auto someone = register_person();
  take_down("redis-queue");
  const Json body = Json::object({{"email", someone.email}, {"password", someone.password}});
  expect_status(200, post_as_nobody("/v1/auth/login", body));
}

TEST(QueueDown, ChangesNothingByARefusedBooking) {
  take_down("redis-queue");
  book(person, event);
  bring_up("redis-queue");
  CHECK_TRUE(await([] { return redis_answers("QUEUE_REDIS_URL"); }));
  expect_text("confirmed", book_outcome(owner, event));
  expect_number(49, status_of(person, event)["available_tickets"]);
}

TEST(QueueDown, WorksAgainByItselfOnceItIsBack) {
  take_down("redis-queue");
  expect_status(503, book(person, event));
  bring_up("redis-queue");
  Response reply;
  CHECK_TRUE(await([&] { return (reply = book(person, event)).status == 202; }));
  expect_text("confirmed", await_request(person, reply)["outcome"].text());
  for (int i = 0; i < 20; ++i) expect_status(202, book(owner, event));
}

TEST(QueueDown, KeepsWhatItHadAccepted) {
  pause_workers();
  const auto all = book_all(make_people(100), {event}, 16);
  LONGS_EQUAL(100, accepted_ids(all.replies).size());
  take_down("redis-queue");
  bring_up("redis-queue");
  resume_workers();
  await_decided(accepted_ids(all.replies));
  expect_text("", broken_rule(seats_of(event)));
}

TEST(QueueDown, KeepsWhatItHadAcceptedWhenKilled) {
  pause_workers();
  std::vector<std::string> before, after;
  const auto all = book_all(make_people(100), {event}, 16);
  for (const auto& command : queued_commands(event)) before.push_back(command.id);
  const auto pid = pid_of("redis-queue");
  kill_hard("redis-queue");
  CHECK_TRUE(await([&] { return pid_of("redis-queue") != pid && redis_answers("QUEUE_REDIS_URL"); }));
  for (const auto& command : queued_commands(event)) after.push_back(command.id);
  CHECK_TRUE(before == after);
  LONGS_EQUAL(100, after.size());
  resume_workers();
  await_decided(accepted_ids(all.replies));
  expect_text("", broken_rule(seats_of(event)));
}

TEST(QueueDown, LosesNothingAcceptedWhenKilledUnderLoad) {
  const auto people = make_people(600);
  const auto pid = pid_of("redis-queue");
  std::vector<Response> replies(people.size());
  in_parallel(16, people.size(), [&](std::size_t i) {
    if (i == 200) kill(pid, SIGKILL);
    replies[i] = book(people[i], event);
  });
  for (const auto& reply : replies) {
    if (reply.status != 202) expect_problem(503, "queue_unavailable", reply);
  }
  await_decided(accepted_ids(replies));
  expect_text("", broken_rule(seats_of(event)));
}

TEST_GROUP(QueueFull) {
  Person owner;
  std::string event;
  std::string stream;  // that the event's commands go through

  // The workers are down, not paused: a paused one would still be handed what it waits for.
  void setup() override {
    owner = make_person();
    event = create_event(owner, {.tickets = 5, .max_per_user = 5});
    for (const auto& worker : workers()) take_down(worker);
    book(owner, event);
    for (const auto& command : queued_commands(event)) stream = command.stream;
    CHECK_FALSE(stream.empty());
  }

  void teardown() override {
    if (!stream.empty()) clear_stream(stream);
    restore_stack();
  }

  // Stuffs the stream until a booking is refused; gives up at a million entries.
  Response first_refusal() const {
    Response reply;
    for (int times = 0; times < 10; ++times) {
      stuff_stream(stream, 100'000);
      reply = book(owner, event);
      if (reply.status != 202) break;
    }
    return reply;
  }
};

TEST(QueueFull, RefusesBookingsClearly) { expect_problem(503, "queue_full", first_refusal()); }

TEST(QueueFull, TakesBookingsAgainOnceThereIsRoom) {
  expect_status(503, first_refusal());
  clear_stream(stream);
  for (const auto& worker : workers()) bring_up(worker);
  expect_text("confirmed", book_outcome(owner, event));
}
