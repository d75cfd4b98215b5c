#include "api/event_list.h"

#include "support/fakes.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;
using storage::EventSort;

namespace {

constexpr ListDefaults kDiscover{When::upcoming, EventSort::turns};
constexpr ListDefaults kMine{When::all, EventSort::created_descending};

}  // namespace

TEST_GROUP(EventList) {
  http::Request request;
  FixedClock clock;

  http::Fields with(const std::string& query) {
    request.query = query;
    return http::Fields(request);
  }
  // The fields that the query's page is refused for.
  std::string bad_fields(const std::string& query, const ListDefaults& defaults = kDiscover) {
    auto in = with(query);
    const auto search = read_search(in);
    read_event_page(in, read_filter(in, defaults, clock.now()), search);
    std::string list;
    for (const auto& error : in.refusal().errors) list += error.field + ' ';
    return list;
  }
};

TEST(EventList, StartsAtPageOneOfTwenty) {
  auto in = with("");
  const auto page = read_event_page(in, {}, "");
  CHECK_TRUE(in.ok() && page.number == 1 && page.limit == 20 && !page.after);
}

TEST(EventList, ReportsEveryBadParameter) {
  expect_text("from available when sort limit cursor page ",
              bad_fields("limit=101&page=0&cursor=x&from=today&available=perhaps&when=now&sort=price"));
}

TEST(EventList, TakesAnyPageOfTheDocument) {
  expect_text("", bad_fields("limit=100&page=10000"));
  expect_text("page ", bad_fields("limit=1&page=10001"));
}

TEST(EventList, ShowsUpcomingEventsUnlessToldOtherwise) {
  auto none = with("");
  CHECK_TRUE(read_filter(none, kDiscover, clock.now()).ends_after == clock.now());
  auto past = with("when=past");
  const auto filter = read_filter(past, kDiscover, clock.now());
  CHECK_TRUE(filter.ends_before == clock.now() && !filter.ends_after);
  auto all = with("when=all");
  CHECK_FALSE(read_filter(all, kDiscover, clock.now()).ends_after.has_value());
}

TEST(EventList, SortsByWhatIsAskedFor) {
  auto in = with("sort=-created_at&available=true&q=+");
  const auto filter = read_filter(in, kDiscover, clock.now());
  CHECK_TRUE(filter.sort == EventSort::created_descending && filter.available_at == clock.now());
  expect_text("", read_search(in));
}

TEST(EventList, GoesInTurnsThroughWhatIsUpcomingAlone) {
  const auto sort = [&](const std::string& query) {
    auto in = with(query);
    return read_filter(in, kDiscover, clock.now()).sort;
  };
  for (const auto* turns : {"", "sort=turns", "when=upcoming"}) CHECK_TRUE_TEXT(sort(turns) == EventSort::turns, turns);
  for (const auto* start : {"when=all", "when=past", "sort=start_date_time"})
    CHECK_TRUE_TEXT(sort(start) == EventSort::start, start);
  expect_text("sort ", bad_fields("sort=turns&when=all"));
  expect_text("sort ", bad_fields("sort=turns&when=upcoming", kMine));
}

TEST(EventList, CountsTheLastPageThatIsNotFull) {
  const Page page;
  for (const auto& [total, pages] : {std::pair(0, 0), std::pair(1, 1), std::pair(20, 1), std::pair(21, 2)})
    LONGS_EQUAL(pages, parsed(pagination_json(page, total, std::nullopt))["total_pages"].integer());
}

// One behind another order or filter leaves rows out. How many a page has, and the moment, make no other list.
TEST(EventList, HasCursorsOfItsOwnForEachOrderAndFilter) {
  const auto list = [&](const std::string& query) {
    auto in = with(query);
    const auto search = read_search(in);
    return read_event_page(in, read_filter(in, kDiscover, clock.now()), search).list;
  };
  for (const auto* other : {"sort=created_at", "sort=start_date_time", "sort=-start_date_time", "when=all", "when=past",
                            "available=true", "q=jazz", "from=2030-01-01T00:00Z", "to=2030-01-01T00:00Z"})
    CHECK_TRUE_TEXT(list("") != list(other), other);
  for (const auto* same : {"limit=7", "page=2", "when=upcoming", "sort=turns", "q="})
    CHECK_TRUE_TEXT(list("") == list(same), same);
}

TEST(EventList, TakesAWindowOfOneMoment) {
  const auto at = format_time(clock.now());
  expect_text("", bad_fields("from=" + at + "&to=" + at));
}

TEST(EventList, RefusesAWindowThatEndsBeforeItBegins) {
  const auto now = clock.now();
  expect_text("to ", bad_fields("when=all&from=" + format_time(now) + "&to=" + format_time(now - milliseconds(1))));
}

TEST(EventList, RefusesAPastWindowUnlessItIsSaidWhich) {
  const auto past = "to=" + format_time(clock.now() - milliseconds(1));
  expect_text("to ", bad_fields(past));
  for (const auto* when : {"&when=past", "&when=all", "&when=upcoming"}) expect_text("", bad_fields(past + when));
  expect_text("", bad_fields(past, kMine));
  expect_text("when ", bad_fields(past + "&when=later"));
}

TEST(EventList, RefusesWhatIsPastAndStartsInTheFuture) {
  const auto now = clock.now();
  expect_text("from ", bad_fields("when=past&from=" + format_time(now + milliseconds(1))));
  expect_text("", bad_fields("when=past&from=" + format_time(now)));
}

TEST(EventList, ShowsMineOfAllTimesNewestFirst) {
  auto in = with("");
  const auto filter = read_filter(in, kMine, clock.now());
  CHECK_TRUE(!filter.ends_after && !filter.ends_before && filter.sort == EventSort::created_descending);
}
