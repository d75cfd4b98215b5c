// PostgreSQL away: bookings of known events are still accepted, what needs it says so, and outcomes follow.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/crowd.h"
#include "support/seat_audit.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/stack_redis.h"
#include "support/token_forge.h"

#include <signal.h>

#include <algorithm>
#include <thread>

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

// PostgreSQL with all of its processes, stopped with SIGSTOP for as long as this lives: nothing is closed, nothing
// answers.
class FrozenDatabase {
 public:
  FrozenDatabase() : pids_{pid_of("postgres")} {
    pqxx::connection superuser(setting("ADMIN_DATABASE_URL"));
    for (const auto& row : pqxx::nontransaction(superuser).exec("SELECT pid FROM pg_stat_activity"))
      pids_.push_back(row[0].as<pid_t>());
    for (const pid_t pid : pids_) kill(pid, SIGSTOP);
  }
  ~FrozenDatabase() {
    for (const pid_t pid : pids_) kill(pid, SIGCONT);
  }
  FrozenDatabase(const FrozenDatabase&) = delete;
  FrozenDatabase& operator=(const FrozenDatabase&) = delete;

 private:
  std::vector<pid_t> pids_;
};

}  // namespace

TEST_GROUP(DatabaseDown) {
  Person owner;
  Person person;
  std::string event;

  // The event is booked once, so that the process behind the endpoint knows it.
  void setup() override {
    owner = make_person();
    person = make_person();
    event = create_event(owner, {.tickets = 50});
    book_outcome(owner, event);
  }
  void teardown() override {
    restore_stack();
    const auto asks_again = [&] { return book(owner, fresh_uuid()).status == 404; };
    CHECK_TRUE(await(asks_again, std::chrono::seconds(10)));
  }

  // But for whoever finds out whether it answers again.
  static void expect_few_waited(const std::vector<Response>& replies) {
    const auto waited =
        std::ranges::count_if(replies, [](const auto& reply) { return reply.took > std::chrono::seconds(2); });
    expect(waited <= 3, std::to_string(waited) + " of " + std::to_string(replies.size()) + " waited");
  }
};

TEST(DatabaseDown, AcceptsBookingsOfAKnownEvent) {
  take_down("postgres");
  expect_success(202, "Event booking submitted successfully", book(person, event));
}

TEST(DatabaseDown, AcceptsBookingsForLongerThanTheListOfTokensLives) {
  take_down("postgres");
  outdate_token_list();  // as after half a minute
  for (int i = 0; i < 3; ++i) expect_success(202, "Event booking submitted successfully", book(person, event));
}

TEST(DatabaseDown, StillRefusesTokensOfBeforeTheLastPassword) {
  const auto passwords = Json::object({{"current_password", person.password}, {"new_password", "another good one"}});
  expect_status(200, person.put("/v1/auth/update-password", passwords));
  take_down("postgres");
  outdate_token_list();
  expect_problem(401, "token_invalid", book(person, event));
}

TEST(DatabaseDown, DecidesThemOnceItIsBack) {
  take_down("postgres");
  const auto accepted = book(person, event);
  bring_up("postgres");
  CHECK_TRUE(await(database_answers, std::chrono::seconds(20)));
  expect_text("confirmed", await_request(person, accepted)["outcome"].text());
}

TEST(DatabaseDown, DecidesManyOnceItIsBack) {
  const auto people = make_people(200);
  book_outcome(owner, event);  // making people took long: now events-book knows the event anew
  take_down("postgres");
  const auto all = book_all(people, {event}, 16);
  LONGS_EQUAL(200, accepted_ids(all.replies).size());
  bring_up("postgres");
  CHECK_TRUE(await(database_answers, std::chrono::seconds(20)));
  await_decided(accepted_ids(all.replies));
  expect_text("", broken_rule(seats_of(event)));
  LONGS_EQUAL(50, users_in_state(seats_of(event), "confirmed").size());
}

TEST(DatabaseDown, RefusesReadsThatNeedIt) {
  take_down("postgres");
  for (const auto& path : {"/v1/events/" + event, "/v1/events/status/" + event, std::string("/v1/events/discover"),
                           std::string("/v1/events/my-events"), std::string("/v1/bookings"),
                           std::string("/v1/notifications"), std::string("/v1/users/me")}) {
    const auto reply = person.get(path);
    expect_problem(503, "database_unavailable", reply);
    expect(reply.took < std::chrono::seconds(10), "no long wait for " + path);
  }
}

// libpq itself would wait for ever, and nginx for 30 s.
TEST(DatabaseDown, WhoeverWaitsForAFrozenOneGetsAClearAnswer) {
  expect_status(200, person.get("/v1/events/status/" + event));  // with a session that is open
  std::vector<Response> replies(8);
  {
    const FrozenDatabase frozen;
    in_parallel(8, 8, [&](std::size_t i) { replies[i] = person.get("/v1/events/status/" + event); });
    expect_success(202, "Event booking submitted successfully", book(person, event));
  }
  for (const auto& reply : replies) {
    expect_problem(503, "database_unavailable", reply);
    expect(reply.took < std::chrono::seconds(20), "an answer before nginx gives up");
  }
  CHECK_TRUE(await([&] { return person.get("/v1/events/status/" + event).status == 200; }, std::chrono::seconds(20)));
}

// One at a time finds out whether it answers again; the others go by what they know, or are told at once.
TEST(DatabaseDown, NobodyWaitsForAFrozenOneThatWasFoundOut) {
  const auto people = make_people(420);
  const std::vector<Person> most(people.begin(), people.begin() + 400);
  const std::vector<Person> others(people.begin() + 400, people.end());
  const FrozenDatabase frozen;
  outdate_token_list();  // as after half a minute
  const auto start = std::chrono::steady_clock::now();
  LONGS_EQUAL(400, accepted_ids(book_all(most, {event}, 16).replies).size());
  expect(std::chrono::steady_clock::now() - start < std::chrono::seconds(25), "400 bookings within 25 s");

  // Some ask for events that nobody knows.
  std::vector<Response> unknown(64);
  std::jthread asking([&] { in_parallel(32, 64, [&](std::size_t i) { unknown[i] = book(person, fresh_uuid()); }); });
  const auto known = book_all(others, {event}, 1);
  asking.join();
  LONGS_EQUAL(20, accepted_ids(known.replies).size());
  expect_few_waited(known.replies);
  expect_few_waited(unknown);

  // And then it is not even known who is refused.
  forget_token_list();
  std::vector<Response> cold(64);
  in_parallel(32, 64, [&](std::size_t i) { cold[i] = book(person, event); });
  for (const auto& reply : cold) expect_problem(503, "database_unavailable", reply);
  expect_few_waited(cold);
}

TEST(DatabaseDown, RefusesWritesThatNeedIt) {
  take_down("postgres");
  const Json account = Json::object({{"email", fresh_email()}, {"password", "secret"}});
  for (const char* path : {"/v1/auth/register", "/v1/auth/login"}) {
    expect_problem(503, "database_unavailable", post_as_nobody(path, account));
  }
  expect_problem(503, "database_unavailable", owner.post("/v1/events/initialize", event_body()));
}

TEST(DatabaseDown, RefusesBookingsOfAnEventItDoesNotKnow) {
  take_down("postgres");
  expect_problem(503, "database_unavailable", book(person, fresh_uuid()));
}

TEST(DatabaseDown, ReadsAgainByItselfOnceItIsBack) {
  take_down("postgres");
  expect_status(503, person.get("/v1/events/" + event));
  bring_up("postgres");
  CHECK_TRUE(await([&] { return person.get("/v1/events/" + event).status == 200; }, std::chrono::seconds(20)));
  for (int i = 0; i < 20; ++i) expect_status(200, person.get("/v1/events/" + event));
}

TEST(DatabaseDown, SessionsCutOffAtWorkLoseNothing) {
  const auto people = make_people(2000);
  pause_workers();
  const auto requests = accepted_ids(book_all(people, {event}, 32).replies);
  resume_workers();
  for (int i = 0; i < 3; ++i) {
    const auto before = decided(requests);
    const auto more = [&] { return decided(requests) > before || before == 2000; };
    CHECK_TRUE(await(more, std::chrono::seconds(10), std::chrono::milliseconds(1)));
    pqxx::connection superuser(setting("ADMIN_DATABASE_URL"));
    pqxx::nontransaction(superuser).exec(R"(
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND datname = current_database())");
  }
  await_decided(requests);
  LONGS_EQUAL(2001, count("SELECT count(*) FROM bookings WHERE event_id = $1::uuid", event));
  LONGS_EQUAL(50, users_in_state(seats_of(event), "confirmed").size());
  expect_text("", broken_rule(seats_of(event)));
}
