#include "metrics/traffic.h"

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

namespace {

// `fast` requests below 1 ms, `slow` ones between 100 and 250 ms, all of them 200 but for one 503.
std::string exposition(int fast, int slow) {
  const auto bucket = [](const std::string& le, int count) {
    return "ticketd_http_request_duration_seconds_bucket{route=\"book\",le=\"" + le + "\"} " + std::to_string(count) +
           "\n";
  };
  return "# TYPE ticketd_http_requests_total counter\n"
         "ticketd_http_requests_total{route=\"book\",status=\"200\"} " +
         std::to_string(fast + slow - 1) + "\nticketd_http_requests_total{route=\"book\",status=\"503\"} 1\n" +
         bucket("0.001", fast) + bucket("0.1", fast) + bucket("0.25", fast + slow) + bucket("+Inf", fast + slow);
}

}  // namespace

TEST_GROUP(Traffic){};

TEST(Traffic, CountsByRouteAndClass) {
  const auto routes = traffic_between({}, parse_exposition(exposition(90, 10)));
  LONGS_EQUAL(1, routes.size());
  expect_text("book", routes[0].route);
  DOUBLES_EQUAL(100, routes[0].requests, 0);
  DOUBLES_EQUAL(99, routes[0].by_class[1], 0);
  DOUBLES_EQUAL(1, routes[0].by_class[4], 0);
}

TEST(Traffic, SpreadsAQuantileOverItsBucket) {
  const auto routes = traffic_between({}, parse_exposition(exposition(90, 10)));
  DOUBLES_EQUAL(0.001 * 50 / 90, *routes[0].p50_s, 1e-9);
  DOUBLES_EQUAL(0.1 + 0.15 * 9 / 10, *routes[0].p99_s, 1e-9);
}

TEST(Traffic, IsWhatHappenedSince) {
  const auto before = parse_exposition(exposition(90, 10));
  const auto routes = traffic_between(before, parse_exposition(exposition(190, 10)));
  DOUBLES_EQUAL(100, routes[0].requests, 0);
  DOUBLES_EQUAL(0, routes[0].by_class[4], 0);
  CHECK_TRUE(*routes[0].p99_s < 0.001);
}

TEST(Traffic, HasNoTimesWhereNothingHappened) {
  const auto same = parse_exposition(exposition(90, 10));
  const auto routes = traffic_between(same, same);
  DOUBLES_EQUAL(0, routes[0].requests, 0);
  CHECK_FALSE(routes[0].p50_s.has_value() || routes[0].p99_s.has_value());
}

TEST(Traffic, CountsFromZeroWhereTheFileWasMadeAnew) {
  const auto routes = traffic_between(parse_exposition(exposition(90, 10)), parse_exposition(exposition(5, 1)));
  DOUBLES_EQUAL(5, routes[0].by_class[1], 0);
}

TEST(Traffic, AddsUpAMetric) {
  const auto series = parse_exposition("a_total{x=\"1\"} 2\na_total{x=\"2\"} 3\na_total 4\na_total_more 8\nnonsense\n");
  DOUBLES_EQUAL(9, total_of(series, "a_total"), 0);
}

TEST(Traffic, TakesAQuantileOverAllLabels) {
  const auto series = parse_exposition(exposition(90, 10));
  DOUBLES_EQUAL(0.1 + 0.15 * 9 / 10, *quantile_between({}, series, "ticketd_http_request_duration_seconds", 0.99),
                1e-9);
  CHECK_FALSE(quantile_between({}, series, "ticketd_worker_lag_seconds", 0.99).has_value());
}
