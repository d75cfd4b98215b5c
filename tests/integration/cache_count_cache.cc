// `total` of a long list is remembered for some seconds, that of a short one is always counted.
#include "cache/count_cache.h"

#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(Counts, IntegrationTest) {
  CountCache counts;
  const UserId owner = make_user();
  const Time start = now();

  void add_events(int count) const {
    sql(R"(INSERT INTO events (id, user_id, title, description, location, start_date_time, end_date_time, total_tickets,
        available_tickets, created_at, updated_at)
      SELECT gen_random_uuid(), $1, 'Counted', 'd', 'l', now() + interval '1 day', now() + interval '2 days', 5, 5, now(), now()
      FROM generate_series(1, $2::int))",
        owner.str(), count);
  }
  int count(Time at, const std::optional<Time>& from = {}) {
    storage::EventFilter filter;
    filter.owner = owner;
    filter.ends_after = at;
    filter.from = from;
    return commit([&](pqxx::work& tx) { return counts.count(tx, filter, at); });
  }
};

TEST(Counts, OfFewAreAlwaysExact) {
  add_events(999);
  LONGS_EQUAL(999, count(start));
  add_events(1);
  LONGS_EQUAL(1000, count(start));
}

TEST(Counts, OfManyMayBeFiveSecondsOld) {
  add_events(1000);
  LONGS_EQUAL(1000, count(start));
  add_events(1);
  LONGS_EQUAL(1000, count(start + milliseconds(4999)));
  LONGS_EQUAL(1001, count(start + seconds(5)));
}

TEST(Counts, AreOfTheirFilter) {
  add_events(1000);
  LONGS_EQUAL(1000, count(start));
  LONGS_EQUAL(0, count(start, start + std::chrono::hours(48)));
}

}  // namespace ticketd::tests
