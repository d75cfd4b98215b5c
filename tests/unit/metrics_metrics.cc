#include "metrics/metrics.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

TEST_GROUP(Metrics) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("ticketd-unit-metrics-" + std::to_string(::getpid()))).string();

  void setup() override { std::filesystem::remove(path); }
  void teardown() override { std::filesystem::remove(path); }

  // The lines that are no comments.
  static std::string samples(const Metrics& metrics) {
    std::istringstream lines(metrics.render());
    std::string text;
    for (std::string line; std::getline(lines, line);) text += line.starts_with('#') ? "" : line + '\n';
    return text;
  }
  static double value_of(const std::string& series, const Metrics& metrics) {
    const auto text = samples(metrics);
    return std::stod(text.substr(text.find(series + ' ') + series.size()));
  }
};

TEST(Metrics, ShowsASeriesWithItsValue) {
  Metrics metrics("");
  metrics.series("b_total{route=\"x\"}").fetch_add(3);
  metrics.series("a_total").fetch_add(1);
  expect_text("a_total 1\nb_total{route=\"x\"} 3\n", samples(metrics));
}

TEST(Metrics, GivesTheSameCellForTheSameName) {
  Metrics metrics("");
  POINTERS_EQUAL(&metrics.series("a_total"), &metrics.series("a_total"));
  CHECK_FALSE(&metrics.series("a_total") == &metrics.series("a_total2"));
}

TEST(Metrics, AddsUpOverTwoObjectsOnOneFile) {
  Metrics one(path);
  Metrics other(path);
  one.series("only_one_total").fetch_add(1);
  other.series("both_total").fetch_add(2);
  one.series("both_total").fetch_add(3);
  expect_text("both_total 5\nonly_one_total 1\n", samples(one));
  expect_text(one.render(), other.render());
}

TEST(Metrics, OutlivesTheObjectsThatAdded) {
  Metrics(path).series("a_total").fetch_add(7);
  expect_text("a_total 7\n", samples(Metrics(path)));
}

// Whoever was taken over can write to the file too.
TEST(Metrics, ReadsNoFurtherThanANameIsLong) {
  Metrics metrics(path);
  metrics.series("a_total").fetch_add(1);
  metrics.series("b_total").fetch_add(2);
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(64) << std::string(192, 'x');
  const std::int64_t overwritten = 0x7878'7878'7878'7878;
  expect_text("b_total 2\n" + std::string(184, 'x') + ' ' + std::to_string(overwritten) + '\n', samples(metrics));
}

TEST(Metrics, LeavesOutWhatIsNamedLikeNoSeries) {
  Metrics metrics("");
  metrics.series("a_total").fetch_add(1);
  for (const char* name : {"", "{}", "a b", "A_total", "a_total\n", "a_total{x=\"\u009b31m\"}", "a_total{x", "a_bucket",
                           "a_bucket{x=\"y\"}", "a_bucket{le=\"nan\"}", "a_bucket{le=\"1\"", "a_bucket{le=\"1}"})
    metrics.series(name).fetch_add(7);
  expect_text("a_total 1\n", samples(metrics));
}

TEST(Metrics, AddsUpOverProcesses) {
  Metrics metrics(path);
  Cell& mine = metrics.series("a_total");
  const pid_t child = ::fork();
  if (child == 0) {
    mine.fetch_add(1);
    Metrics(path).series("child_total").fetch_add(5);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  mine.fetch_add(1);
  expect_text("a_total 2\nchild_total 5\n", samples(metrics));
}

TEST(Metrics, LosesNoSeriesWhenManyAreMadeAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      Metrics metrics(path);
      for (int i = 0; i < 50; ++i) metrics.series("s" + std::to_string(i)).fetch_add(1);
    });
  }
  for (auto& thread : threads) thread.join();
  Metrics metrics(path);
  for (int i = 0; i < 50; ++i) LONGS_EQUAL(4, metrics.series("s" + std::to_string(i)).load());
  LONGS_EQUAL(50, std::ranges::count(samples(metrics), '\n'));
}

TEST(Metrics, GoesOnInMemoryWhereTheFileCannotBeHad) {
  Metrics metrics("/proc/no/such/directory/metrics");
  metrics.series("a_total").fetch_add(1);
  expect_text("a_total 1\n", samples(metrics));
}

TEST(Metrics, CountsAnObservationInEveryBucketThatHoldsIt) {
  Metrics metrics("");
  auto histogram = metrics.histogram("x_seconds", "", kLatencyBounds);
  for (const auto us : {500, 501, 2'000'000, 60'000'000}) histogram.observe(us);
  const auto text = metrics.render();
  expect_contains("x_seconds_bucket{le=\"0.0005\"} 1\n", text);
  expect_contains("x_seconds_bucket{le=\"0.001\"} 2\n", text);
  expect_contains("x_seconds_bucket{le=\"1\"} 2\n", text);
  expect_contains("x_seconds_bucket{le=\"2.5\"} 3\n", text);
  expect_contains("x_seconds_bucket{le=\"10\"} 3\n", text);
}

TEST(Metrics, EqualsTheCountInTheBucketWithoutABound) {
  Metrics metrics("");
  auto histogram = metrics.histogram("x_seconds", "route=\"a\"", kLatencyBounds);
  histogram.observe(60'000'000);
  const auto text = metrics.render();
  expect_contains("x_seconds_bucket{route=\"a\",le=\"+Inf\"} 1\n", text);
  expect_contains("x_seconds_count{route=\"a\"} 1\n", text);
}

TEST(Metrics, ShowsSumsInSeconds) {
  Metrics metrics("");
  metrics.histogram("x_seconds", "", kLatencyBounds).observe(1'250'000);
  DOUBLES_EQUAL(1.25, value_of("x_seconds_sum", metrics), 0);
}

TEST(Metrics, ShowsALargeSumToTheMicrosecond) {
  Metrics metrics("");
  metrics.series("x_seconds_sum").store(12'345'678'901);
  DOUBLES_EQUAL(12'345.678901, value_of("x_seconds_sum", metrics), 1e-9);
}

TEST(Metrics, SaysTheTypeOfEachMetricOnce) {
  Metrics metrics("");
  for (const auto* route : {"a", "b"})
    metrics.histogram("x_seconds", "route=\"" + std::string(route) + '"', kLatencyBounds);
  metrics.series("y_total{route=\"a\"}").fetch_add(1);
  metrics.series("z_in_flight").fetch_add(1);
  std::istringstream lines(metrics.render());
  std::string types;
  for (std::string line; std::getline(lines, line);) types += line.starts_with("# TYPE") ? line + '\n' : "";
  expect_text("# TYPE x_seconds histogram\n# TYPE y_total counter\n# TYPE z_in_flight gauge\n", types);
}

// Prometheus text format 0.0.4: buckets appear in increasing numerical order of le.
TEST(Metrics, ListsTheBucketsInTheOrderOfTheirBounds) {
  Metrics metrics("");
  for (const auto* route : {"a", "b"})
    metrics.histogram("x_seconds", "route=\"" + std::string(route) + '"', kLatencyBounds);
  std::string bounds;
  const auto text = metrics.render();
  for (std::size_t at = 0; (at = text.find("le=\"", at)) != std::string::npos; ++at)
    bounds += text.substr(at + 4, text.find('"', at + 4) - at - 4) + ' ';
  const std::string rising = "0.0005 0.001 0.0025 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 +Inf ";
  expect_text(rising + rising, bounds);
}

TEST(Metrics, ShowsNowhereWhatFindsNoSlot) {
  Metrics metrics("");
  for (int i = 0; i < 4096; ++i) metrics.series("s" + std::to_string(i));
  metrics.series("late_total").fetch_add(1);
  metrics.series("s0").fetch_add(1);
  const auto text = metrics.render();
  expect_lacks("late_total", text);
  expect_contains("s0 1\n", text);
}

TEST(Metrics, ShowsBucketsOfAPlainNumberAsTheyAre) {
  Metrics metrics("");
  const std::array<std::int64_t, 2> bounds = {10, 1'000};
  metrics.histogram("x_commands", "", bounds).observe(11);
  const auto text = metrics.render();
  expect_contains("x_commands_bucket{le=\"10\"} 0\n", text);
  expect_contains("x_commands_bucket{le=\"1000\"} 1\n", text);
  expect_contains("x_commands_sum 11\n", text);
}

TEST(Metrics, ExplainsEachMetricOfOurs) {
  Metrics metrics("");
  metrics.series("ticketd_worker_promotions_total").fetch_add(1);
  expect_contains("# HELP ticketd_worker_promotions_total People who got", metrics.render());
}

TEST(Metrics, ReplacesAFileOfAnotherLayout) {
  std::ofstream(path) << "the layout of an older version";
  Metrics(path).series("a_total").fetch_add(1);
  expect_text("a_total 1\n", samples(Metrics(path)));
}

TEST(Metrics, LeavesTheReplacedFileToThoseWhoHaveItMapped) {
  Metrics old(path);
  Cell& cell = old.series("a_total");
  {
    std::ofstream(path, std::ios::in) << "other";
  }  // overwrites the head
  Metrics(path).series("b_total").fetch_add(1);
  cell.fetch_add(1);
  expect_text("b_total 1\n", samples(Metrics(path)));
}

TEST(Metrics, OfAnotherPartAreReadAndAddedUp) {
  Metrics worker(path);
  worker.series("both_total").fetch_add(2);
  worker.gauge("busy").fetch_add(1);
  Metrics own("");
  own.series("both_total").fetch_add(3);
  const auto text = own.render(Metrics::read(path));
  expect_contains("both_total 5\n", text);
  expect_contains("busy 1\n", text);
}

// Who may read a file may lock it.
TEST(Metrics, NobodyWaitsForALockThatIsKept) {
  Metrics metrics(path);
  metrics.series("a_total").fetch_add(1);
  const int fd = ::open(path.c_str(), O_RDONLY);
  LONGS_EQUAL(0, ::flock(fd, LOCK_EX));
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) metrics.series("late" + std::to_string(i)).fetch_add(1);
  Metrics(path).series("c_total").fetch_add(1);
  ::close(fd);
  CHECK_TRUE(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
  expect_text("a_total 1\n", samples(metrics));
}

// The other part may have been taken over.
TEST(Metrics, OfAnotherPartMayHoldAnything) {
  {
    Metrics(path).series("a_total").fetch_add(1);
  }
  std::filesystem::resize_file(path, 4096);
  CHECK_TRUE(Metrics::read(path).empty());
  std::filesystem::remove(path);
  {
    Metrics(path).series("a_total").fetch_add(1);
  }
  // Names without an end, and more of them than there are slots.
  std::fstream file(path, std::ios::in | std::ios::out);
  file.seekp(8);
  file << std::string(600'000, 'x');
  file.close();
  CHECK_TRUE(Metrics::read(path).size() > 3'000 && Metrics::read(path).size() <= 4'096);
  CHECK_TRUE(Metrics::read("/dev/zero").empty() && Metrics::read("/nowhere").empty());
}

TEST(Metrics, AreWrittenByTheirPartAlone) {
  const auto before = ::umask(0);
  {
    Metrics(path).series("a_total");
  }
  ::umask(before);
  LONGS_EQUAL(0640, static_cast<int>(std::filesystem::status(path).permissions()));
}

TEST(Metrics, LooksUpACellByNumberOnce) {
  Metrics metrics("");
  Cells<3> cells;
  int asked = 0;
  const auto name = [&] {
    ++asked;
    return "two_total";
  };
  cells.at(metrics, 2, name).fetch_add(1);
  cells.at(metrics, 2, name).fetch_add(1);
  LONGS_EQUAL(1, asked);
  expect_text("two_total 2\n", samples(metrics));
}
