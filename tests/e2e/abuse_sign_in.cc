// Strangers who try passwords all the time, from many networks: each within its limits, and together more than this
// host can hash.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>

#include "support/checks.h"
#include "support/person.h"
#include "support/stack.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

constexpr const char* kProxy = "127.9.0.1";  // trusted by the test run's nginx: TICKETD_PROXY_NETWORK
constexpr int kHonest = 10;

Response login(const std::string& client, const std::string& email, const std::string& password,
               const std::string& device_token = "") {
  const Json body = Json::object({{"email", email}, {"password", password}, {"device_token", device_token}});
  return send({.method = "POST",
               .path = "/v1/auth/login",
               .body = body.dump(),
               .headers = {"X-Forwarded-For: " + client},
               .from = kProxy});
}

// 60 tries a second by people of their own, each from another one of 512 networks of one IPv6 /48.
class Strangers {
 public:
  Strangers() {
    for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this, i] { guess(i); });
  }
  ~Strangers() { over_ = true; }
  Strangers(const Strangers&) = delete;
  Strangers& operator=(const Strangers&) = delete;

  [[nodiscard]] int wrong() const { return wrong_; }
  [[nodiscard]] int busy() const { return busy_; }

 private:
  static constexpr int kThreads = 120;
  static constexpr std::chrono::seconds kEach{2};

  void guess(int thread) {
    for (int turn = 0; !over_; ++turn) {
      const auto next = std::chrono::steady_clock::now() + kEach;
      const auto network = std::to_string((thread + turn * kThreads) % 512);
      const auto status = login("2001:db8:5:" + network + "::1", fresh_email(), "wrong password").status;
      (status == 401 ? wrong_ : busy_) += 1;
      while (!over_ && std::chrono::steady_clock::now() < next)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  std::atomic<bool> over_ = false;
  std::atomic<int> wrong_ = 0, busy_ = 0;
  std::vector<std::jthread> threads_;
};

}  // namespace

TEST_GROUP(SignInFlood){};

TEST(SignInFlood, KeepsNobodyOutWhoSignedInBefore) {
  std::vector<Person> people;
  std::vector<std::string> devices;
  for (int i = 0; i < kHonest; ++i) {
    people.push_back(register_person());
    devices.emplace_back(login("192.0.2.1", people.back().email, people.back().password).data()["device_token"].text());
  }
  const Strangers strangers;
  CHECK_TRUE(await([&] { return strangers.busy() > 0; }, std::chrono::seconds(20)));
  int welcome = 0;
  double longest_ms = 0;
  for (std::size_t i = 0; i < kHonest; ++i) {
    const auto reply = login("198.51.100." + std::to_string(i), people[i].email, people[i].password, devices[i]);
    welcome += reply.status == 200 ? 1 : 0;
    longest_ms = std::max(longest_ms, reply.took.count() * 1000);
  }
  std::printf("\n\t%d of %d signed in beside 60 strangers a second (%d told wrong, %d busy), in %.0f ms at most\n",
              welcome, kHonest, strangers.wrong(), strangers.busy(), longest_ms);
  LONGS_EQUAL(kHonest, welcome);
  CHECK_TRUE(longest_ms < 1'000);
}
