#include "base/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/time.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

TEST_GROUP(Log) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("ticketd-unit-log-" + std::to_string(::getpid()))).string();

  void setup() override { ::unsetenv("JOURNAL_STREAM"); }
  void teardown() override {
    ::unsetenv("JOURNAL_STREAM");
    Log::open("unit", Level::error);
    std::filesystem::remove(path);
  }

  // What `body` writes to stderr.
  template <class Body>
  std::string written_by(Body && body) {
    const int before = ::dup(STDERR_FILENO);
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
    ::dup2(file, STDERR_FILENO);
    body();
    ::dup2(before, STDERR_FILENO);
    ::close(before);
    ::close(file);
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST(Log, WritesOneJsonLine) {
  Log::open("events-book", Level::info);
  const auto line = written_by([] { Log::info("request", {{"status", 202}, {"path", "/a\nb"}}); });
  LONGS_EQUAL(1, std::ranges::count(line, '\n'));
  const auto json = *Json::parse(line);
  expect_text("events-book", json["part"].text());
  expect_text("request", json["event"].text());
  expect_text("info", json["level"].text());
  LONGS_EQUAL(202, json["status"].integer());
  CHECK_TRUE(parse_time(json["ts"].text()).has_value());
}

TEST(Log, LeavesOutWhatIsBelowTheLeastLevel) {
  Log::open("unit", Level::warning);
  const auto text = written_by([] {
    Log::line(Level::debug, "one");
    Log::info("two");
    Log::warning("three");
    Log::error("four");
  });
  expect_lacks("one", text);
  expect_lacks("two", text);
  expect_contains("three", text);
  expect_contains("four", text);
}

TEST(Log, PutsThePriorityInFrontForTheJournal) {
  ::setenv("JOURNAL_STREAM", "8:1", 1);
  Log::open("unit", Level::info);
  expect_text("<4>{", written_by([] { Log::warning("x"); }).substr(0, 4));
}

TEST(Log, WritesALineWhateverTheBytes) {
  Log::open("unit", Level::info);
  const auto json = Json::parse(written_by([] { Log::info("x", {{"path", "/\xff"}}); }));
  CHECK_TRUE(json.has_value() && (*json)["path"].is_null());
}
