#include "api/event_list.h"

#include "support/fakes.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;
using storage::EventSort;

TEST_GROUP(EventList) {
  http::Request request;
  FixedClock clock;

  http::Fields with(const std::string& query) {
    request.query = query;
    return http::Fields(request);
  }
  // The fields that the query's page is refused for.
  std::string bad_fields(const std::string& query) {
    auto in = with(query);
    read_event_page(in, read_filter(in, clock.now()));
    std::string list;
    for (const auto& error : in.refusal().errors) list += error.field + ' ';
    return list;
  }
};

TEST(EventList, StartsAtPageOneOfTwenty) {
  auto in = with("");
  const auto page = read_event_page(in, {});
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
  CHECK_TRUE(read_filter(none, clock.now()).ends_after == clock.now());
  auto past = with("when=past");
  const auto filter = read_filter(past, clock.now());
  CHECK_TRUE(filter.ends_before == clock.now() && !filter.ends_after);
  auto all = with("when=all");
  CHECK_FALSE(read_filter(all, clock.now()).ends_after.has_value());
}

TEST(EventList, SortsByWhatIsAskedFor) {
  auto in = with("sort=-created_at&available=true&q=+");
  const auto filter = read_filter(in, clock.now());
  CHECK_TRUE(filter.sort == EventSort::created_descending && filter.available_only && !filter.words);
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
    return read_event_page(in, read_filter(in, clock.now())).list;
  };
  for (const auto* other : {"sort=created_at", "sort=-start_date_time", "when=all", "when=past", "available=true",
                            "q=jazz", "from=2030-01-01T00:00Z", "to=2030-01-01T00:00Z"})
    CHECK_TRUE_TEXT(list("") != list(other), other);
  for (const auto* same : {"limit=7", "page=2", "when=upcoming", "sort=start_date_time", "q="})
    CHECK_TRUE_TEXT(list("") == list(same), same);
}
