// ticketctl status: what it says of a stack under its eyes, once and on a terminal.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/stack.h"
#include "support/terminal.h"
#include "support/ticketctl.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;
using ticketd::tests::build_directory;
using ticketd::tests::call_on_stack;
using ticketd::tests::run_line;
using ticketd::tests::Terminal;

namespace {

std::vector<std::string> watch_command() { return {build_directory() + "/bin/ticketctl", "status", "--watch"}; }

Json route_in(const Json& status, const std::string& name) {
  const auto routes = status["metrics"]["routes"];
  for (std::size_t i = 0; i < routes.size(); ++i) {
    if (routes.at(i)["route"].text() == name) return routes.at(i);
  }
  return {};
}

}  // namespace

TEST_GROUP(TicketctlStatus){void teardown() override{restore_stack();
}
}
;

TEST(TicketctlStatus, CountsWhatWasAsked) {
  const auto before = route_in(call_on_stack("status --json").json(), "livez");
  for (int i = 0; i < 5; ++i) send({.path = "/livez"});
  const auto after = route_in(call_on_stack("status --json").json(), "livez");
  expect_number(before["requests"].integer() + 5, after["requests"]);
  expect_number(before["by_class"]["2xx"].integer() + 5, after["by_class"]["2xx"]);
  expect(after["p99_us"].integer() >= after["p50_us"].integer() && after["p50_us"].integer() > 0, "no times");
}

TEST(TicketctlStatus, SaysWhichWorkerHasWhichShards) {
  const auto status = call_on_stack("status --json").json();
  std::size_t shards = 0;
  for (std::size_t i = 0; i < status["workers"].size(); ++i) shards += status["workers"].at(i)["shards"].size();
  expect_number(2, Json(static_cast<int>(status["workers"].size())));
  expect_number(16, Json(static_cast<int>(shards)));
}

TEST(TicketctlStatus, ShowsTheQueueGrowing) {
  const auto event = create_event(make_person(), {.tickets = 5});
  pause_workers();
  expect_status(202, book(make_person(), event));
  const auto status = call_on_stack("status --json").json();
  expect_number(1, status["queue"]["depth"]);
  expect(status["queue"]["oldest_ms"].integer() > 0, "it has no age");
}

TEST(TicketctlStatus, HasNoEscapeCodesWithoutATerminal) {
  const auto ended = call_on_stack("status");
  LONGS_EQUAL(0, ended.status);
  for (const auto* part : {"ticketd ", "req/s", "queue\n", "shards", "postgresql ", "queue redis ", "cache redis "})
    expect_contains(part, ended.said);
  expect(ended.said.find('\033') == std::string::npos, "there is an escape code");
  const auto watched = run_line("timeout -s INT 3 " + build_directory() + "/bin/ticketctl status --watch");
  expect_contains("req/s", watched.said);
  expect(watched.said.find('\033') == std::string::npos, "there is an escape code");
}

TEST(TicketctlStatus, ShowsTheRestWhereAPartIsAway) {
  const auto ended = call_on_stack("status", {{"CACHE_REDIS_URL", "redis://127.0.0.1:1/0"}});
  LONGS_EQUAL(1, ended.status);
  expect_contains("cache redis  Redis at 127.0.0.1:1: Connection refused", ended.said);
  expect_contains("shards", ended.said);
  const auto json = call_on_stack("status --json", {{"DATABASE_URL", "postgresql://nobody@127.0.0.1:1/x"}}).json();
  expect(json["database"].has("error") && json["workers"].has("error"), "no error is told");
  expect(json["queue"].has("depth"), "the queue is missing");
}

TEST(TicketctlStatus, WatchIsDrawnAgainAndEndsAtQ) {
  Terminal terminal(watch_command());
  CHECK_TRUE_TEXT(terminal.await("\033[?1049h"), "it does not take the screen");
  CHECK_TRUE(terminal.await("req/s"));
  CHECK_TRUE_TEXT(terminal.await("req/s"), "it is not drawn again");
  CHECK_FALSE_TEXT(terminal.is_as_before(), "keys come by lines");
  terminal.type("q");
  LONGS_EQUAL(0, terminal.wait());
  CHECK_TRUE_TEXT(terminal.await("\033[?25h\033[?1049l"), "the screen is not given back");
  CHECK_TRUE_TEXT(terminal.is_as_before(), "the terminal is not as before");
  expect(terminal.written().find("\033[2J") == std::string::npos, "the screen is blanked between two drawings");
}

// All that tells whether it is well, and the times of the busiest routes.
TEST(TicketctlStatus, WatchShowsEveryPartOnASmallScreen) {
  for (const auto* path : {"/livez", "/readyz", "/", "/metrics", "/v1/bookings", "/v1/users/me", "/v1/notifications"})
    send({.path = path});
  Terminal terminal(watch_command(), 24, 80);
  for (const auto* part : {"queue", "acceptance to commit", "workers", "shards", "stores", "postgresql ",
                           "queue redis ", "cache redis ", "p50 ms", "5xx", "p99 ms", "routes with less to do"})
    CHECK_TRUE_TEXT(terminal.await(part), part);
  CHECK_TRUE(terminal.await("\033[H"));
}

TEST(TicketctlStatus, TellsTheTimesOfTheSecondThatItsRatesAreOf) {
  send({.path = "/livez"});
  const auto quiet = route_in(call_on_stack("status --json").json(), "livez");
  expect(quiet["recent_p99_us"].is_null() && quiet["p99_us"].integer() > 0, "times of another second");
  const auto ended = call_on_stack("status");
  for (std::size_t at = 0, end = 0; (end = ended.said.find('\n', at)) != std::string::npos; at = end + 1) {
    const auto line = ended.said.substr(at, end - at);
    if (line.starts_with("livez ")) expect_contains(" 0.0       -       -  | ", line);
  }
}

TEST(TicketctlStatus, WatchEndsAtCtrlC) {
  Terminal terminal(watch_command());
  CHECK_TRUE(terminal.await("req/s"));
  terminal.type("\x03");
  LONGS_EQUAL(0, terminal.wait());
  CHECK_TRUE(terminal.await("\033[?1049l") && terminal.is_as_before());
}
