// One account that would have everybody's list of events for itself.
#include <map>
#include <set>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/stack.h"
#include "support/stack_database.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

constexpr auto kHour = std::chrono::hours(1);
constexpr int kPage = 20;
constexpr int kFew = 5;  // of an owner in a turn

}  // namespace

// While the workers rest no turn changes: what a walk sees is exact.
TEST_GROUP(DiscoverFlood) {
  Person attacker;

  // Others offer more than a page: a few events each, which begin later than the attacker's.
  void setup() override {
    pause_workers();
    attacker = make_person();
    for (const auto& other : make_people(12)) {
      for (int n = 0; n < 2; ++n) create_event(other, {.starts_in = kHour * 30});
    }
  }
  void teardown() override {
    query("UPDATE events SET state = 'cancelled' WHERE user_id = $1", attacker.id);
    resume_workers();
  }

  static Json discover(const std::string& more) {
    const auto reply = make_person().get("/v1/events/discover?" + more);
    expect_status(200, reply);
    return reply.data();
  }
  // As releases before took them.
  void insert(int count, const char* start, const char* end) const {
    query(R"(INSERT INTO events (id, user_id, title, description, location, start_date_time, end_date_time,
        total_tickets, available_tickets, created_at, updated_at)
      SELECT gen_random_uuid(), $1, repeat('"', 255), repeat('"', 10000), repeat('"', 10000), $2::timestamptz,
        $3::timestamptz, 5, 5, now(), now() FROM generate_series(1, $4::integer))",
          attacker.id, start, end, count);
  }
  int of_attacker(const Json& list) const {
    int count = 0;
    for (std::size_t i = 0; i < list.size(); ++i) count += list.at(i)["user_id"].text() == attacker.id ? 1 : 0;
    return count;
  }
  // The first page is full, and has so many of the attacker's at most.
  void expect_on_first_page(int most, const std::string& more = "") const {
    const Json list = discover(more)["data"];
    LONGS_EQUAL(kPage, list.size());
    CHECK_TRUE(of_attacker(list) <= most);
  }
};

TEST(DiscoverFlood, OfEventsForAllTimesIsRefused) {
  auto body = event_body().set("start_date_time", "1970-01-01T00:00:00Z").set("end_date_time", "9999-12-31T00:00:00Z");
  expect_bad_fields({"end_date_time"}, attacker.post("/v1/events/initialize", body));
  body.set("start_date_time", "9999-12-30T00:00:00Z");
  expect_bad_fields({"start_date_time"}, attacker.post("/v1/events/initialize", body));
}

TEST(DiscoverFlood, OfEventsForAllTimesIsBehindAllThatBegins) {
  insert(200, "1970-01-01Z", "9999-12-31Z");
  expect_on_first_page(0);
}

TEST(DiscoverFlood, OfEventsThatBeganAYearAgoIsBehindAllThatBegins) {
  for (int n = 0; n < 50; ++n)
    create_event(attacker, {.starts_in = -kHour * 24 * 365, .lasts = kHour * (24 * 365 + 12)});
  expect_on_first_page(0);
}

TEST(DiscoverFlood, OfEventsThatBeginAtOnceHasAFewOnAPage) {
  insert(200, time_in(kHour).c_str(), time_in(kHour * 2).c_str());
  expect_on_first_page(kFew);
}

// Nor do the events that a search or a window finds.
TEST(DiscoverFlood, HasAFewOfWhatIsFound) {
  for (int n = 0; n < 30; ++n) create_event(attacker, {.title = "Songs", .starts_in = kHour});
  for (const auto& other : make_people(20)) create_event(other, {.title = "Songs", .starts_in = kHour * 2});
  expect_on_first_page(kFew, "q=songs");
  expect_on_first_page(kFew, "from=" + time_in(std::chrono::minutes(1)));
}

TEST(DiscoverFlood, MakesPagesNoLonger) {
  insert(200, "1970-01-01Z", "9999-12-31Z");
  const auto all = make_person().get("/v1/events/discover?sort=start_date_time&limit=100");
  LONGS_EQUAL(100, of_attacker(all.data()["data"]));
  CHECK_TRUE(all.body.size() < std::size_t{200} * 1024);
}

// Who goes from page to page sees each event once, those of an organiser with many as well.
TEST(DiscoverFlood, HidesNobodyFromWhoGoesOn) {
  insert(200, time_in(kHour).c_str(), time_in(kHour * 2).c_str());
  insert(200, "1970-01-01Z", "9999-12-31Z");
  const auto organiser = make_person();
  for (int n = 0; n < 30; ++n) create_event(organiser, {.starts_in = kHour * (40 - n)});
  std::map<std::string, int> seen;  // by owner
  std::set<std::string> ids;
  std::string cursor;
  do {
    const Json page = discover("limit=100" + cursor);
    for (std::size_t i = 0; i < page["data"].size(); ++i) {
      const Json event = page["data"].at(i);
      ++seen[std::string(event["user_id"].text())];
      CHECK_TRUE(ids.insert(std::string(event["id"].text())).second);
    }
    const Json next = page["pagination"]["next_cursor"];
    cursor = next.is_null() ? "" : "&cursor=" + std::string(next.text());
  } while (!cursor.empty());
  LONGS_EQUAL(30, seen[organiser.id]);
  LONGS_EQUAL(400, seen[attacker.id]);
}
