// Floods: what the others notice of them. Quiet and loud rounds take turns, so that a busy machine slows down both.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/raw_client.h"
#include "support/stack.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

constexpr int kRounds = 12;
constexpr std::size_t kRequests = 150;  // in a round

double at_quantile(std::vector<double> times, double quantile) {
  std::sort(times.begin(), times.end());
  return times[static_cast<std::size_t>(quantile * static_cast<double>(times.size() - 1))];
}

// 50 clients that log in one time after the other, until this goes. Each has an address of its own.
class LoginFlood {
 public:
  LoginFlood() {
    for (int i = 0; i < 50; ++i) threads_.emplace_back([this, i] { log_in(i); });
  }
  ~LoginFlood() { over_ = true; }
  LoginFlood(const LoginFlood&) = delete;
  LoginFlood& operator=(const LoginFlood&) = delete;
  [[nodiscard]] int answered() const { return answered_; }

 private:
  void log_in(int client) {
    while (!over_) {
      const Json body = Json::object({{"email", fresh_email()}, {"password", "wrong password"}});
      const auto reply = send({.method = "POST",
                               .path = "/v1/auth/login",
                               .body = body.dump(),
                               .from = "127.3.0." + std::to_string(1 + client)});
      if (reply.status == 401) ++answered_;
    }
  }

  std::atomic<bool> over_ = false;
  std::atomic<int> answered_ = 0;
  std::vector<std::jthread> threads_;
};

// Bytes of a request, a few at a time, that never becomes whole.
std::vector<RawClient> slow_clients(std::size_t count) {
  std::vector<RawClient> clients(count);
  for (std::size_t i = 0; i < count; ++i) {
    clients[i].send(i % 2 == 0 ? "GET / HTTP/1.1\r\nHost: x\r\nX-A: "
                               : "POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                 "Content-Length: 1000\r\n\r\n{");
  }
  return clients;
}

}  // namespace

TEST_GROUP(Floods){};

TEST(Floods, OfLoginsLeaveBookingAlone) {
  const auto event = create_event(make_person(), {.tickets = 1'000'000});
  std::vector<double> quiet, loud;
  int logins = 0;
  const auto book_all = [&](std::vector<double>& times) {
    const auto people = make_people(kRequests);
    std::vector<Response> replies(kRequests);
    in_parallel(4, kRequests, [&](std::size_t i) { replies[i] = book(people[i], event); });
    for (const auto& reply : replies) {
      expect_status(202, reply);
      times.push_back(reply.took.count() * 1000);
    }
  };
  for (int round = 0; round < kRounds; ++round) {
    book_all(quiet);
    const LoginFlood flood;
    CHECK_TRUE(await([&] { return flood.answered() > 0; }));
    book_all(loud);
    logins += flood.answered();
  }
  const double before = at_quantile(quiet, 0.99), during = at_quantile(loud, 0.99);
  std::printf("\n\tbooking's p99: %.1f ms quiet, %.1f ms with 50 logins at once (%d answered): %.2f times\n", before,
              during, logins, during / before);
  CHECK_TRUE(logins > 0);
  CHECK_TRUE(during < 3 * before);
}

// They are never whole, and so take nothing of what signing in needs.
TEST(Floods, OfSlowLoginsKeepNobodyFromSigningIn) {
  const auto person = register_person();
  std::vector<RawClient> clients(200);
  for (auto& client : clients)
    client.send("POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
  for (auto& client : clients) expect_contains("100 Continue", client.read_some());  // its body is being waited for
  for (int i = 1; i <= 20; ++i) {
    const Json body = Json::object({{"email", person.email}, {"password", person.password}});
    expect_status(
        200,
        send(
            {.method = "POST", .path = "/v1/auth/login", .body = body.dump(), .from = "127.3.1." + std::to_string(i)}));
  }
}

// Noise is how much two kinds of quiet rounds differ. Of each kind the round in the middle counts: slow clients slow
// down all of theirs, whatever else the machine has to do only some.
TEST(Floods, OfSlowClientsAreNotNoticed) {
  const auto people = make_people(kRounds * 3);
  const auto event = create_event(people[0]);
  constexpr double kQuantiles[] = {0.5, 0.99};
  using Rounds = std::vector<double>[2];  // of each quantile
  Rounds quiet[2], slow;
  const auto read_all = [&](const Person& person, Rounds& rounds) {
    std::vector<double> times;
    std::vector<Response> replies(kRequests);
    in_parallel(2, kRequests, [&](std::size_t i) { replies[i] = person.get("/v1/events/status/" + event); });
    for (const auto& reply : replies) {
      expect_status(200, reply);
      times.push_back(reply.took.count() * 1000);
    }
    for (std::size_t i = 0; i < 2; ++i) rounds[i].push_back(at_quantile(times, kQuantiles[i]));
  };
  for (int round = 0; round < kRounds; ++round) {
    const auto at = static_cast<std::size_t>(round) * 3;
    read_all(people[at], quiet[0]);
    auto clients = slow_clients(500);
    std::atomic<bool> over = false;
    std::atomic<int> sent = 0;
    std::jthread trickle([&] {
      for (std::size_t i = 0; !over; i = (i + 1) % clients.size()) sent += clients[i].send("y") ? 1 : 0;
    });
    CHECK_TRUE(await([&] { return sent > 500; }));
    over = true;  // from here on they just hold what they have
    trickle.join();
    read_all(people[at + 1], slow);
    clients.clear();
    read_all(people[at + 2], quiet[1]);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    const double a = at_quantile(quiet[0][i], 0.5), b = at_quantile(quiet[1][i], 0.5);
    const double during = at_quantile(slow[i], 0.5);
    const double noise = std::max(a, b) / std::min(a, b);
    std::printf("\n\tp%.0f of a read: %.2f and %.2f ms quiet, %.2f ms beside 500 slow clients", kQuantiles[i] * 100, a,
                b, during);
    CHECK_TRUE(during < std::max(a, b) * std::max(2.0, noise));
  }
  std::printf("\n");
}
