#include <algorithm>
#include <cctype>

#include "support/booking_steps.h"
#include "support/checks.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {
constexpr auto kDay = std::chrono::hours(24);
}

// Each test has a word of its own in its events' titles, and looks for it.
TEST_GROUP(DiscoverEvents) {
  Person owner;
  std::string word = fresh_title();

  void setup() override { owner = make_person(); }

  std::string create(const std::string& name, EventPlan plan = {}) const {
    plan.title = name + " " + word;
    return create_event(owner, plan);
  }

  Response discover(const std::string& more = "") const { return owner.get("/v1/events/discover?q=" + word + more); }

  // Whether exactly these events are found, in whatever order.
  void expect_found(std::vector<std::string> ids, const std::string& more, Where where = Where::current()) const {
    const auto reply = discover(more);
    expect_status(200, reply, where);
    std::vector<std::string> found = ids_of(reply);
    std::sort(found.begin(), found.end());
    std::sort(ids.begin(), ids.end());
    expect(found == ids, "exactly the right events: " + reply.body, where);
  }

  static std::vector<std::string> ids_of(const Response& reply) {
    std::vector<std::string> ids;
    const Json list = reply.data()["data"];
    for (std::size_t i = 0; i < list.size(); ++i) ids.emplace_back(list.at(i)["id"].text());
    return ids;
  }

  static std::string in_days(int days) { return time_in(kDay * days); }
};

TEST(DiscoverEvents, AnswersEventsAndPagination) {
  create("Songs");
  const auto reply = discover();
  expect_success(200, "Events discovered successfully", reply);
  LONGS_EQUAL(1, reply.data()["data"].size());
  expect_event(reply.data()["data"].at(0));
  const Json pagination = reply.data()["pagination"];
  expect_number(1, pagination["total"]);
  expect_number(1, pagination["page"]);
  CHECK_TRUE(pagination["limit"].is_integer());
  expect_number(1, pagination["total_pages"]);
  CHECK_TRUE(pagination.has("next_cursor"));
}

TEST(DiscoverEvents, WorksWithoutAnyFilter) {
  create("Songs");
  const auto reply = owner.get("/v1/events/discover");
  expect_status(200, reply);
  CHECK_TRUE(reply.data()["data"].size() >= 1);
}

TEST(DiscoverEvents, FindsNothingForAWordNobodyUsed) {
  expect_found({}, "");
  expect_number(0, discover().data()["pagination"]["total"]);
  expect_number(0, discover().data()["pagination"]["total_pages"]);
}

TEST(DiscoverEvents, SearchesWithoutRegardToCase) {
  const auto id = create("Songs");
  for (char& c : word) c = static_cast<char>(std::toupper(c));
  expect_found({id}, "");
}

TEST(DiscoverEvents, FindsAWordWhateverSignsAndAccentsAreAboutIt) {
  const auto id = create("<Techno> +18 Beyoncé 東京コンサート");
  for (const char* q : {"techno", "%3Ctechno%3E", "%2B18", "18", "beyonce", "beyonce%CC%81", "%E3%82%B3%E3%83%B3"})
    expect_found({id}, "%20" + std::string(q));
}

TEST(DiscoverEvents, RefusesASearchWithoutALetter) {
  for (const char* q : {"!!!", "%3C%3E", "%F0%9F%8E%9F"}) {
    const auto reply = owner.get(std::string("/v1/events/discover?q=") + q);
    expect_bad_fields({"q"}, reply);
    expect_contains("letter", reply.body);
    expect_bad_fields({"q"}, owner.get(std::string("/v1/events/me?q=") + q));
  }
  expect_status(200, owner.get("/v1/events/discover?q="));
}

TEST(DiscoverEvents, TakesWildcardsAsTheyStand) {
  create("Songs");
  word = word.substr(0, 6) + "%25" + word.substr(10);
  expect_found({}, "");
}

TEST(DiscoverEvents, PagesByNumber) {
  for (int i = 0; i < 5; ++i) create("Songs", {.starts_in = kDay * (i + 1)});
  const auto first = discover("&limit=2"), last = discover("&limit=2&page=3");
  LONGS_EQUAL(2, first.data()["data"].size());
  LONGS_EQUAL(1, last.data()["data"].size());
  expect_number(5, last.data()["pagination"]["total"]);
  expect_number(3, last.data()["pagination"]["page"]);
  expect_number(2, last.data()["pagination"]["limit"]);
  expect_number(3, last.data()["pagination"]["total_pages"]);
}

TEST(DiscoverEvents, ShowsNothingBehindTheLastPage) {
  create("Songs", {});
  for (const char* page : {"&page=2", "&limit=100&page=101", "&limit=100&page=10000"}) {
    const auto behind = discover(page);
    LONGS_EQUAL(0, behind.data()["data"].size());
    expect_number(1, behind.data()["pagination"]["total"]);
  }
}

TEST(DiscoverEvents, ShowsEveryEventOnExactlyOnePage) {
  std::vector<std::string> made, seen;
  for (int i = 0; i < 5; ++i) made.push_back(create("Songs", {.starts_in = kDay}));
  for (const char* page : {"1", "2", "3"}) {
    for (const auto& id : ids_of(discover(std::string("&limit=2&page=") + page))) seen.push_back(id);
  }
  std::sort(made.begin(), made.end());
  std::sort(seen.begin(), seen.end());
  CHECK_TRUE(made == seen);
}

TEST(DiscoverEvents, PagesByCursorInTheOrderOfThePages) {
  for (int i = 0; i < 5; ++i) create("Songs", {.starts_in = kDay * (5 - i)});
  const auto all = ids_of(discover("&limit=100"));
  std::vector<std::string> seen;
  auto reply = discover("&limit=2");
  for (int pages = 0; pages < 5; ++pages) {
    for (const auto& id : ids_of(reply)) seen.push_back(id);
    const Json next = reply.data()["pagination"]["next_cursor"];
    if (next.is_null()) break;
    reply = discover("&limit=2&cursor=" + std::string(next.text()));
  }
  CHECK_TRUE(all == seen);
}

TEST(DiscoverEvents, SkipsNothingWhenAnEventComesInWhilePaging) {
  for (int i = 0; i < 4; ++i) create("Songs", {.starts_in = kDay * (i + 2)});
  const auto before = ids_of(discover("&limit=100"));
  const auto first = discover("&limit=2");
  create("Songs", {.starts_in = kDay});
  const auto second = discover("&limit=2&cursor=" + std::string(first.data()["pagination"]["next_cursor"].text()));
  CHECK_TRUE(ids_of(second) == std::vector<std::string>(before.begin() + 2, before.end()));
}

TEST(DiscoverEvents, RefusesACursorOfAnotherOrderOrFilter) {
  for (int i = 0; i < 3; ++i) create("Songs");
  const std::string cursor(discover("&limit=2").data()["pagination"]["next_cursor"].text());
  for (const char* other :
       {"&sort=start_date_time", "&sort=-start_date_time", "&sort=created_at", "&available=true", "&when=all"})
    expect_bad_fields({"cursor"}, discover(std::string(other) + "&cursor=" + cursor));
  expect_status(200, discover("&limit=1&sort=turns&cursor=" + cursor));
}

TEST(DiscoverEvents, FiltersFromAndTo) {
  const auto early = create("Early", {.starts_in = kDay}), late = create("Late", {.starts_in = kDay * 9});
  expect_found({late}, "&from=" + in_days(5));
  expect_found({early}, "&to=" + in_days(5));
  expect_found({early, late}, "&from=" + in_days(0) + "&to=" + in_days(20));
  expect_found({}, "&from=" + in_days(4) + "&to=" + in_days(5));
}

TEST(DiscoverEvents, TakesBothEndsOfAWindow) {
  const auto id = create("Songs");
  const auto start = std::string(owner.get("/v1/events/" + id).data()["start_date_time"].text());
  expect_found({id}, "&from=" + start + "&to=" + start);
}

// Each is an empty list whatever there is: who asks so means something else.
TEST(DiscoverEvents, RefusesWhatContradictsItself) {
  const auto yesterday = in_days(-1), tomorrow = in_days(1);
  expect_bad_fields({"to"}, discover("&from=" + tomorrow + "&to=" + yesterday + "&when=all"));
  expect_bad_fields({"to"}, discover("&to=" + yesterday));
  expect_bad_fields({"from"}, discover("&when=past&from=" + tomorrow));
  expect_contains("when=all", discover("&to=" + yesterday).body);
  for (const char* when : {"all", "past", "upcoming"})
    expect_status(200, discover("&when=" + std::string(when) + "&to=" + yesterday));
}

TEST(DiscoverEvents, ReadsAZoneWhosePlusIsNotEncoded) {
  const auto id = create("Songs");
  expect_found({id}, "&from=2020-01-01T00:00:00+02:00&to=2099-01-01T00:00:00+02:00");
}

TEST(DiscoverEvents, TellsPastFromUpcoming) {
  EventPlan plan{.title = "Past " + word};
  const auto past = create_ended_event(owner, plan), upcoming = create("Upcoming");
  expect_found({past}, "&when=past");
  expect_found({upcoming}, "&when=upcoming");
  expect_found({past, upcoming}, "&when=all");
}

TEST(DiscoverEvents, LeavesSoldOutOnesAwayIfAsked) {
  const auto free = create("Free"), full = create("Full");
  book_outcome(make_person(), full);
  expect_found({free}, "&available=true");
  expect_found({free, full}, "");
}

TEST(DiscoverEvents, SortsByStartBothWays) {
  std::vector<std::string> by_start;
  for (int i = 1; i <= 3; ++i) by_start.push_back(create("Songs", {.starts_in = kDay * i}));
  CHECK_TRUE(ids_of(discover("&sort=start_date_time")) == by_start);
  std::reverse(by_start.begin(), by_start.end());
  CHECK_TRUE(ids_of(discover("&sort=-start_date_time")) == by_start);
}

TEST(DiscoverEvents, ShowsTheBeginningOfLongTexts) {
  const std::string longer(10'000, '"');
  create("Short");
  const auto body = event_body({.title = "Long " + word, .starts_in = kDay * 2});
  const auto made = owner.post("/v1/events/initialize", Json(body).set("description", longer).set("location", longer));
  const Json list = discover().data()["data"];
  CHECK_FALSE(list.at(0)["truncated"].boolean());
  for (const char* field : {"description", "location"}) {
    expect_text(longer.substr(0, 199) + "…", list.at(1)[field].text());
    expect_text(longer, owner.get(made.header("location")).data()[field].text());
  }
  CHECK_TRUE(list.at(1)["truncated"].boolean());
}

TEST(DiscoverEvents, ForgetsADeletedEvent) {
  const auto kept = create("Kept"), gone = create("Gone");
  owner.del("/v1/events/" + gone);
  expect_found({kept}, "&when=all");
}

TEST(DiscoverEvents, NamesEveryBadParameter) {
  expect_bad_fields({"page", "limit", "from", "to", "when", "available", "sort"},
                    discover("&page=0&limit=101&from=x&to=2026-01-01&when=later&available=maybe&sort=luck"));
}

TEST(DiscoverEvents, TakesALimitOfOneToAHundred) {
  expect_bad_fields({"limit"}, discover("&limit=0"));
  expect_status(200, discover("&limit=1"));
  expect_status(200, discover("&limit=100"));
  expect_bad_fields({"limit"}, discover("&limit=ten"));
}

TEST(DiscoverEvents, RefusesACursorItDidNotMake) {
  for (const char* cursor : {"x", "%27", "AAAAAAAAAAAAAAAA", "e30", "////"}) {
    expect_bad_fields({"cursor"}, discover(std::string("&cursor=") + cursor));
  }
}
