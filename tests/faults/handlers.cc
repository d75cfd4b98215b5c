// Handlers under pressure: more connections than threads, and a process killed under load.
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/crowd.h"
#include "support/seat_audit.h"
#include "support/stack.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(ManyConnections) {
  Person owner;
  std::string event;
  std::vector<Person> people;

  void setup() override {
    owner = make_person();
    event = create_event(owner, {.tickets = 1000});
    people = make_people(kConnections);
  }

  static constexpr std::size_t kConnections = 300;

  // Everybody is answered so, and the slowest waits at most ten times as long as the median.
  static void expect_all(int status, std::vector<Response> replies, Where where = Where::current()) {
    for (const auto& reply : replies) expect_status(status, reply, where);
    const auto sooner = [](const Response& a, const Response& b) { return a.took < b.took; };
    std::sort(replies.begin(), replies.end(), sooner);
    const double ratio = replies.back().took / replies[replies.size() / 2].took;
    expect(ratio <= 10, "the slowest within 10 times the median, not " + std::to_string(ratio), where);
  }
};

TEST(ManyConnections, AreAllAnsweredByEightThreads) {
  std::vector<Request> requests;
  for (const auto& person : people) requests.push_back(person.request("GET", "/v1/events/status/" + event));
  expect_all(200, send_at_once(requests));
}

TEST(ManyConnections, MayAllBookAtOnce) {
  std::vector<Request> requests;
  for (const auto& person : people) requests.push_back(booking_of(person, event));
  const auto replies = send_at_once(requests);
  expect_all(202, replies);
  await_decided(accepted_ids(replies));
  LONGS_EQUAL(kConnections, users_in_state(seats_of(event), "confirmed").size());
}

TEST_GROUP(HandlerKilled) {
  Person owner;
  std::string event;
  std::vector<Person> people;

  void setup() override {
    owner = make_person();
    event = create_event(owner, {.tickets = 500});
    people = make_people(kPeople);
  }

  static constexpr std::size_t kPeople = 2000, kThreads = 16;

  void teardown() override { restore_stack(); }

  // Everybody books; one of the first kills the process that answers.
  std::vector<Response> book_and_kill() const {
    const pid_t pid = pid_of("events-book");
    CHECK_TRUE(pid > 1);
    std::vector<Response> replies(kPeople);
    in_parallel(kThreads, kPeople, [&](std::size_t i) {
      if (i == kPeople / 4) kill(pid, SIGKILL);
      replies[i] = send(booking_of(people[i], event));
    });
    return replies;
  }
};

TEST(HandlerKilled, FailsNothingButWhatWasInFlight) {
  book_outcome(owner, event);
  const auto replies = book_and_kill();
  CHECK_COMPARE(replies.size() - accepted_ids(replies).size(), <=, kThreads);
  for (const auto& reply : replies) {
    if (reply.status == 202) continue;
    expect_status(502, reply);
    expect_contains("application/problem+json", reply.header("content-type"));
  }
}

TEST(HandlerKilled, DecidesEverythingAccepted) {
  book_outcome(owner, event);
  await_decided(accepted_ids(book_and_kill()));
  expect_text("", broken_rule(seats_of(event)));
  LONGS_EQUAL(500, users_in_state(seats_of(event), "confirmed").size());
}

TEST(HandlerKilled, StartsAgainByItself) {
  book_outcome(owner, event);
  const pid_t before = pid_of("events-book");
  kill_hard("events-book");
  CHECK_TRUE(await([&] { return book(people[0], event).status == 202; }));
  CHECK_TRUE(await([&] { return pid_of("events-book") > 1 && pid_of("events-book") != before; }));
}

// A process that may open no more files cannot accept: it has to wait without burning a processor, and to go on.
TEST_GROUP(HandlerOutOfDescriptors) {
  const std::string name = "auth-logout";  // nginx keeps no connection to it
  pid_t pid = 0;
  rlimit before{};

  void setup() override {
    take_down(name);  // a new one has not logged anything yet
    bring_up(name);
    expect_status(400, log_out());
    pid = pid_of(name);
    CHECK_EQUAL(0, prlimit(pid, RLIMIT_NOFILE, nullptr, &before));
  }
  void teardown() override { lift(); }

  static Response log_out() { return send({.method = "POST", .path = "/v1/auth/logout", .body = "{}"}); }

  // A new descriptor is the lowest that is free, and these three never are; one that closes just now changes nothing.
  void forbid_more() const {
    const rlimit none{STDERR_FILENO + 1, before.rlim_max};
    CHECK_EQUAL(0, prlimit(pid, RLIMIT_NOFILE, &none, nullptr));
  }
  void lift() const { prlimit(pid, RLIMIT_NOFILE, &before, nullptr); }

  [[nodiscard]] std::size_t lines_logged() const {
    std::ifstream log(setting("RUN_DIR") + "/log/" + name + ".log");
    std::size_t lines = 0;
    for (std::string line; std::getline(log, line);) lines += line.find("no_descriptors") != std::string::npos;
    return lines;
  }
  // Of all its threads so far.
  [[nodiscard]] double cpu_s() const {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string word;
    long ticks = 0;
    for (int field = 1; file >> word; ++field) {
      if (field == 14 || field == 15) ticks += std::stol(word);  // proc(5): utime, stime
    }
    return static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
};

TEST(HandlerOutOfDescriptors, WaitsQuietlyAndAnswersLater) {
  const auto lines = lines_logged();
  forbid_more();
  Response reply;
  std::jthread client([&] { reply = log_out(); });
  const bool logged = await([&] { return lines_logged() > lines; }, std::chrono::seconds(3));
  const auto cpu = cpu_s();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const auto used = cpu_s() - cpu;
  lift();
  client.join();
  CHECK_TRUE_TEXT(used < 0.2, ("in a second it used " + std::to_string(used) + " s").c_str());
  CHECK_TRUE(logged);
  expect_status(400, reply);
  LONGS_EQUAL(lines + 1, lines_logged());
}
