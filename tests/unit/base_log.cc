#include "base/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/json.h"
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
  const auto line = written_by([] {
    struct stat err{};
    ::fstat(STDERR_FILENO, &err);
    ::setenv("JOURNAL_STREAM", (std::to_string(err.st_dev) + ':' + std::to_string(err.st_ino)).c_str(), 1);
    Log::open("unit", Level::info);
    Log::warning("x");
  });
  expect_text("<4>{", line.substr(0, 4));
}

TEST(Log, PutsNothingInFrontWhereStderrIsNotTheJournal) {
  ::setenv("JOURNAL_STREAM", "8:1", 1);  // inherited
  Log::open("unit", Level::info);
  expect_text("{", written_by([] { Log::warning("x"); }).substr(0, 1));
}

TEST(Log, WritesALineWhateverTheBytes) {
  Log::open("unit", Level::info);
  const auto line = written_by([] { Log::info("x", {{"path", "/\xff\x01\"\\\xc3\xa9"}}); });
  expect_text("/\xef\xbf\xbd\x01\"\\\xc3\xa9", (*Json::parse(line))["path"].text());
}

TEST(Log, WritesWhatIsMissingAsNull) {
  Log::open("unit", Level::info);
  const auto line = written_by([] { Log::info("x", {{"code", std::optional<std::string>()}}); });
  CHECK_TRUE(Json::parse(line)->has("code") && (*Json::parse(line))["code"].is_null());
}

TEST(Log, WritesTheLinesOfABatchTogether) {
  Log::open("unit", Level::info);
  const auto text = written_by([this] {
    LogBatch log;
    log.info("one", {{"n", 1}});
    log.info("two", {{"n", 2}});
    LONGS_EQUAL(0, std::filesystem::file_size(path));
  });
  LONGS_EQUAL(2, std::ranges::count(text, '\n'));
  expect_text("two", (*Json::parse(text.substr(text.find('\n') + 1)))["event"].text());
}
