// One connection for the commands of many threads.
#include "redis/pool.h"

#include <atomic>
#include <thread>

#include "support/integration_test.h"
#include "support/private_redis.h"

namespace ticketd::tests {
namespace {

constexpr int kThreads = 16;

// body(number) on all threads at once.
template <class Body>
void on_all_threads(Body body) {
  std::vector<std::jthread> threads;
  for (int number = 0; number < kThreads; ++number) threads.emplace_back(body, number);
}

}  // namespace

TEST_GROUP_BASE(RedisPool, IntegrationTest) {
  const PrivateRedis server{""};
  redis::RedisPool pool{server.url(), 1'000};

  std::int64_t statistic(const std::string& name) {
    const std::string info(pool.command({"INFO"}).text());
    return std::stoll(info.substr(info.find(name + ":") + name.size() + 1));
  }
};

TEST(RedisPool, GivesEveryThreadItsOwnAnswers) {
  std::atomic<int> wrong{0};
  on_all_threads([&](int number) {
    for (int turn = 0; turn < 200; ++turn) {
      const auto text = std::to_string(number) + ":" + std::to_string(turn);
      const std::vector<redis::Arguments> commands = {{"ECHO", text}, {"INCR", "all"}, {"ECHO", text + "'"}};
      const auto replies = pool.pipeline(commands);
      if (replies.size() != 3 || replies[0].text() != text || replies[2].text() != text + "'") ++wrong;
    }
  });
  LONGS_EQUAL(0, wrong.load());
  expect_text(std::to_string(kThreads * 200), pool.command({"GET", "all"}).text());
}

TEST(RedisPool, TakesOneConnectionForAllWhoWait) {
  const auto connections = statistic("total_connections_received");
  pool.command({"CLIENT", "PAUSE", "200", "ALL"});
  on_all_threads([&](int) { pool.command({"PING"}); });
  LONGS_EQUAL(connections, statistic("total_connections_received"));
}

TEST(RedisPool, AnErrorIsOnlyTheCallersThatMetIt) {
  std::atomic<int> refused{0};
  std::atomic<int> answered{0};
  on_all_threads([&](int number) {
    for (int turn = 0; turn < 100; ++turn) {
      try {
        const std::vector<redis::Arguments> commands = {{number % 2 == 0 ? "PING" : "NO-SUCH-COMMAND"},
                                                        {"INCR", "all"}};
        if (pool.pipeline(commands)[0].text() == "PONG") ++answered;
      } catch (const redis::RedisError&) {
        ++refused;
      }
    }
  });
  LONGS_EQUAL(kThreads / 2 * 100, refused.load());
  LONGS_EQUAL(kThreads / 2 * 100, answered.load());
  expect_text(std::to_string(kThreads * 100), pool.command({"GET", "all"}).text());
}

// Not one after the other, each for as long as an answer may take.
TEST(RedisPool, WhoWaitsBehindAnAnswerThatDoesNotComeFailsWithIt) {
  pool.command({"PING"});
  server.freeze();
  std::atomic<int> unavailable{0};
  const auto start = std::chrono::steady_clock::now();
  on_all_threads([&](int) {
    try {
      pool.command({"PING"});
    } catch (const redis::RedisUnavailable&) {
      ++unavailable;
    }
  });
  const auto took = std::chrono::steady_clock::now() - start;
  server.thaw();
  LONGS_EQUAL(kThreads, unavailable.load());
  CHECK(took < std::chrono::milliseconds(1'900));  // two time-outs are 2 s
  expect_text("PONG", pool.command({"PING"}).text());
}

TEST(RedisPool, FailsForAllWhenNobodyAnswersAndIsWellAfterwards) {
  std::atomic<int> unavailable{0};
  redis::RedisPool nowhere("unix:///nonexistent/redis.sock", 1'000);
  on_all_threads([&](int) {
    for (int turn = 0; turn < 100; ++turn) {
      try {
        nowhere.command({"PING"});
      } catch (const redis::RedisUnavailable&) {
        ++unavailable;
      }
    }
  });
  LONGS_EQUAL(kThreads * 100, unavailable.load());
  pool.command({"PING"});
  redis::RedisConnection(server.url(), 1'000).command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  expect_text("PONG", pool.command({"PING"}).text());
}

}  // namespace ticketd::tests
