// Gauges live as long as their process, however that ends.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "metrics/metrics.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

TEST_GROUP(Gauges) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("ticketd-unit-gauges-" + std::to_string(::getpid()))).string();

  void setup() override { std::filesystem::remove(path); }
  void teardown() override { std::filesystem::remove(path); }

  // A process that adds 5 to `busy` and then waits for its end; `Metrics` of ours are mapped in it as well.
  pid_t start_busy_process() const {
    int ready[2];
    CHECK(::pipe(ready) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      Metrics metrics(path);
      metrics.gauge("busy").fetch_add(5);
      [[maybe_unused]] const auto said = ::write(ready[1], "x", 1);
      for (;;) ::pause();
    }
    char byte = 0;
    LONGS_EQUAL(1, ::read(ready[0], &byte, 1));
    ::close(ready[0]);
    ::close(ready[1]);
    return child;
  }
  static void kill_and_wait(pid_t child) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
};

TEST(Gauges, AddUpOverLivingProcesses) {
  Metrics metrics(path);
  metrics.gauge("busy").fetch_add(2);
  const auto child = start_busy_process();
  expect_contains("busy 7\n", metrics.render());
  kill_and_wait(child);
}

TEST(Gauges, ForgetAProcessThatWasKilled) {
  Metrics metrics(path);
  metrics.gauge("busy").fetch_add(2);
  kill_and_wait(start_busy_process());
  expect_contains("busy 2\n", metrics.render());
}

TEST(Gauges, AreZeroWhenNobodyIsLeft) {
  kill_and_wait(start_busy_process());
  expect_contains("busy 0\n", Metrics(path).render());
}

TEST(Gauges, BeginAtZeroInThePlaceOfTheDead) {
  kill_and_wait(start_busy_process());
  Metrics metrics(path);
  metrics.gauge("busy").fetch_add(1);
  expect_contains("busy 1\n", metrics.render());
}

TEST(Gauges, AreTheSameCellForTheSameName) {
  Metrics metrics(path);
  POINTERS_EQUAL(&metrics.gauge("a"), &metrics.gauge("a"));
  CHECK_FALSE(&metrics.gauge("a") == &metrics.gauge("b"));
}

TEST(Gauges, TellTheStartOfLivingProcessesOnly) {
  Metrics metrics(path);
  {
    Metrics(path).record_start("gone", 1'000'000);
  }
  metrics.record_start("here", 2'500'000);
  const auto text = metrics.render();
  expect_contains("ticketd_process_start_time_seconds{process=\"here\"} 2.5\n", text);
  expect_lacks("start_time_seconds{process=\"gone\"}", text);
  expect_contains("ticketd_processes{process=\"gone\"} 0\n", text);
  expect_contains("ticketd_process_starts_total{process=\"gone\"} 1\n", text);
}
