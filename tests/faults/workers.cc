// Workers that are killed, stopped or away: what was accepted ends in exactly one outcome.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/crowd.h"
#include "support/seat_audit.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/stack_redis.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(WorkersKilled) {
  Person owner;
  std::vector<Person> people;
  std::vector<std::string> events = {};
  std::vector<std::string> requests = {};
  std::vector<std::vector<QueuedCommand>> queued = {};

  static constexpr std::size_t kBookings = 5000, kEvents = 8, kTickets = 300;

  void setup() override {
    owner = make_person();
    people = make_people(kBookings);
    for (std::size_t i = 0; i < kEvents; ++i) events.push_back(create_event(owner, {.tickets = kTickets}));
  }
  void teardown() override { restore_stack(); }

  // Everything waits in the queue until the workers are let go.
  void queue_everything() {
    pause_workers();
    requests = accepted_ids(book_all(people, events, 32).replies);
    LONGS_EQUAL(kBookings, requests.size());
    for (const auto& event : events) queued.push_back(queued_commands(event));
  }

  // Kills both as soon as one more outcome is committed. Returns how many outcomes there were then.
  std::int64_t kill_both_at_work() const {
    const auto before = decided(requests);
    const auto busy = [&] { return decided(requests) > before; };
    expect(await(busy, std::chrono::seconds(10), std::chrono::milliseconds(1)), "the workers at work");
    for (const auto& worker : workers()) kill_hard(worker);
    return decided(requests);
  }

  // How many rows of the events a question finds.
  std::int64_t rows(const std::string& question) const { return count(question, array_of(events)); }

  void kill_twice_and_wait() {
    queue_everything();
    resume_workers();
    for (int times = 0; times < 2; ++times) {
      CHECK_TRUE(kill_both_at_work() < static_cast<std::int64_t>(kBookings));
    }
    await_decided(requests);
  }
};

TEST(WorkersKilled, LeaveOneOutcomeForEachRequest) {
  kill_twice_and_wait();
  LONGS_EQUAL(kBookings, rows("SELECT count(*) FROM commands WHERE event_id = ANY ($1::uuid[]) AND state = 'done'"));
  LONGS_EQUAL(kBookings, rows("SELECT count(*) FROM bookings WHERE event_id = ANY ($1::uuid[])"));
  LONGS_EQUAL(kBookings, rows("SELECT count(DISTINCT user_id) FROM bookings WHERE event_id = ANY ($1::uuid[])"));
  LONGS_EQUAL(kBookings, rows("SELECT count(*) FROM notifications WHERE event_id = ANY ($1::uuid[])"));
  LONGS_EQUAL(kBookings, rows(R"(SELECT count(*) FROM commands c JOIN bookings b USING (event_id, user_id)
                                 WHERE c.event_id = ANY ($1::uuid[]) AND b.state = c.outcome)"));
}

TEST(WorkersKilled, LeaveTheCountersRightAndTheOrderAsItWas) {
  kill_twice_and_wait();
  for (std::size_t i = 0; i < kEvents; ++i) {
    const auto seats = seats_of(events[i]);
    expect_text("", broken_rule(seats));
    LONGS_EQUAL(kTickets, users_in_state(seats, "confirmed").size());
    std::vector<std::string> accepted;
    for (const auto& command : queued[i]) accepted.push_back(command.user_id);
    expect_text("", order_fault(seats, accepted));
  }
}

TEST(WorkersKilled, LeaveTheQueueEmptyInTheEnd) {
  kill_twice_and_wait();
  for (const auto& event : events) {
    CHECK_TRUE(await([&] { return queued_commands(event).empty(); }));
  }
}

// What an organiser writes to many: some bookings at a time, and each killed worker was in the middle of some.
TEST_GROUP(TellersKilled) {
  static constexpr int kPeople = 20'000;
  Person owner;
  std::string event = {};

  void setup() override {
    owner = make_person();
    event = create_event(owner, {.tickets = kPeople});
    query(R"(WITH made AS (INSERT INTO users (id, email, password_hash, created_at, updated_at)
        SELECT gen_random_uuid(), gen_random_uuid() || '@crowd.example', 'hash', now(), now() FROM generate_series(1, $2::int)
        RETURNING id)
      INSERT INTO bookings (id, event_id, user_id, state, seq, slot, created_at, updated_at)
      SELECT gen_random_uuid(), $1::uuid, id, 'confirmed', row_number() OVER (), 1, now(), now() FROM made)",
          event, std::to_string(kPeople));
    query("UPDATE events SET next_seq = $2::bigint + 1, available_tickets = 0 WHERE id = $1::uuid", event,
          std::to_string(kPeople));
  }
  void teardown() override { restore_stack(); }

  std::int64_t told() const { return count("SELECT told FROM announcements WHERE event_id = $1::uuid", event); }
  std::int64_t rows(const std::string& what) const {
    return count("SELECT " + what + " FROM notifications WHERE kind = 'organiser_message' AND event_id = $1::uuid",
                 event);
  }
};

TEST(TellersKilled, TellEachPersonOnce) {
  auto news = Json::object();
  news.set("audience", "confirmed").set("subject", "Doors").set("text", "At seven.");
  expect_status(202, owner.post("/v1/events/" + event + "/messages", news));
  int kills = 0;
  for (; kills < 5; ++kills) {
    const auto before = told();
    expect(await([&] { return told() > before; }, std::chrono::seconds(20), std::chrono::milliseconds(1)),
           "some are told");
    if (told() == kPeople) break;
    for (const auto& worker : workers()) kill_hard(worker);
  }
  CHECK_TRUE_TEXT(kills > 1, "killed in the middle of it");
  expect(await([&] { return told() == kPeople; }, std::chrono::seconds(30)), "all are told");
  LONGS_EQUAL(kPeople, rows("count(*)"));
  LONGS_EQUAL(kPeople, rows("count(DISTINCT user_id)"));
}

TEST_GROUP(WorkersAway) {
  Person owner;

  void setup() override { owner = make_person(); }
  void teardown() override { restore_stack(); }
};

TEST(WorkersAway, OneServesEveryEventAlone) {
  for (const auto& worker : workers()) {
    take_down(worker);
    for (int i = 0; i < 12; ++i) expect_text("confirmed", book_outcome(owner, create_event(owner)));
    bring_up(worker);
  }
}

TEST(WorkersAway, BookingsAreAcceptedAndDecidedLater) {
  const auto event = create_event(owner, {.tickets = 20});
  for (const auto& worker : workers()) take_down(worker);
  const auto all = book_all(make_people(50), {event}, 8);
  LONGS_EQUAL(50, accepted_ids(all.replies).size());
  LONGS_EQUAL(0, decided(accepted_ids(all.replies)));
  for (const auto& worker : workers()) bring_up(worker);
  await_decided(accepted_ids(all.replies));
  LONGS_EQUAL(20, users_in_state(seats_of(event), "confirmed").size());
}

TEST(WorkersAway, AStoppedWorkerThatWakesUpChangesNothingTwice) {
  const auto event = create_event(owner, {.tickets = 100});
  const auto people = make_people(400);
  const auto all = book_all(people, {event}, 32);
  for (int i = 0; i < 5; ++i) {
    pause_workers();
    resume_workers();
  }
  await_decided(accepted_ids(all.replies));
  expect_text("", broken_rule(seats_of(event)));
  LONGS_EQUAL(100, users_in_state(seats_of(event), "confirmed").size());
}
