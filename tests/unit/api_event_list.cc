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
    read_page(in);
    read_filter(in, clock.now());
    std::string list;
    for (const auto& error : in.refusal().errors) list += error.field + ' ';
    return list;
  }
};

TEST(EventList, StartsAtPageOneOfTwenty) {
  auto in = with("");
  const auto page = read_page(in);
  CHECK_TRUE(in.ok() && page.number == 1 && page.limit == 20 && !page.cursor);
}

TEST(EventList, ReportsEveryBadParameter) {
  expect_text("limit page cursor from available when sort ",
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
  const Page page{1, 20, {}};
  for (const auto& [total, pages] : {std::pair(0, 0), std::pair(1, 1), std::pair(20, 1), std::pair(21, 2)})
    LONGS_EQUAL(pages, parsed(pagination_json(page, total, std::nullopt))["total_pages"].integer());
}
