// /metrics is exact over all processes, and right again after one was killed.
#include <algorithm>
#include <cmath>
#include <thread>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/crowd.h"
#include "support/scrape.h"
#include "support/stack.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(Metrics) {
  Person owner;
  std::string event;

  void setup() override {
    owner = make_person();
    event = create_event(owner, {.tickets = 1000});
  }
  void teardown() override { restore_stack(); }

  static std::string requests(const std::string& route, int status) {
    return "ticketd_http_requests_total{route=\"" + route + "\",status=\"" + std::to_string(status) + "\"}";
  }
  static std::string in_flight(const std::string& route) {
    return "ticketd_http_requests_in_flight{route=\"" + route + "\"}";
  }
  static std::string commands(const std::string& kind, const std::string& outcome) {
    return "ticketd_worker_commands_total{kind=\"" + kind + "\",outcome=\"" + outcome + "\"}";
  }
  static std::string decisions(const std::string& decision) {
    return "ticketd_rate_limit_decisions_total{class=\"reads\",decision=\"" + decision + "\"}";
  }
};

TEST(Metrics, CountEveryRequestByRouteAndStatus) {
  const auto people = make_people(60);
  const Scrape before;
  const auto bookings = book_all(people, {event}, 8);
  in_parallel(8, 90, [&](std::size_t i) { people[i % 60].get("/v1/events/status/" + event); });
  in_parallel(8, 30, [&](std::size_t i) { people[i].get("/v1/events/status/no-id"); });
  const Scrape after;
  DOUBLES_EQUAL(60, after[requests("events-book", 202)] - before[requests("events-book", 202)], 0);
  DOUBLES_EQUAL(90, after[requests("events-status", 200)] - before[requests("events-status", 200)], 0);
  DOUBLES_EQUAL(30, after[requests("events-status", 400)] - before[requests("events-status", 400)], 0);
  DOUBLES_EQUAL(181, after.sum("ticketd_http_requests_total") - before.sum("ticketd_http_requests_total"), 0);
  await_decided(accepted_ids(bookings.replies));
}

TEST(Metrics, CountEveryCommandOfBothWorkersByOutcome) {
  const Scrape before;
  const auto people = make_people(300);
  std::vector<std::string> events;
  for (int i = 0; i < 10; ++i) events.push_back(create_event(owner, {.tickets = 20}));
  await_decided(accepted_ids(book_all(people, events, 16).replies));
  await_decided(accepted_ids({cancel(people[0], events[0])}));
  CHECK_TRUE(
      await([&] { return Scrape()[commands("cancel", "cancelled")] - before[commands("cancel", "cancelled")] == 1; }));
  const Scrape after;
  DOUBLES_EQUAL(200, after[commands("book", "confirmed")] - before[commands("book", "confirmed")], 0);
  DOUBLES_EQUAL(100, after[commands("book", "waitlisted")] - before[commands("book", "waitlisted")], 0);
  DOUBLES_EQUAL(1, after.sum("ticketd_worker_promotions_total") - before.sum("ticketd_worker_promotions_total"), 0);
  DOUBLES_EQUAL(301, after["ticketd_worker_lag_seconds_count"] - before["ticketd_worker_lag_seconds_count"], 0);
  DOUBLES_EQUAL(301, after["ticketd_worker_batch_commands_sum"] - before["ticketd_worker_batch_commands_sum"], 0);
}

TEST(Metrics, HaveHistogramsThatAgreeWithThemselves) {
  in_parallel(4, 20, [&](std::size_t) { owner.get("/v1/events/" + event); });
  const Scrape scrape;
  std::map<std::string, std::map<double, double>> histograms;
  for (const auto& [series, value] : scrape.all()) {
    if (series.find("_bucket{") == std::string::npos) continue;
    const auto le = series.find("le=\"");
    auto name = series.substr(0, le);
    const auto bound = series.substr(le + 4, series.find('"', le + 4) - le - 4);
    histograms[name][bound == "+Inf" ? HUGE_VAL : std::stod(bound)] = value;
  }
  for (auto& [name, buckets] : histograms) {
    const auto rising = [](const auto& a, const auto& b) { return a.second < b.second; };
    expect(std::is_sorted(buckets.begin(), buckets.end(), rising), name + " is cumulative");
    auto count = name;
    count.replace(count.find("_bucket"), 7, "_count");
    if (count.ends_with(',')) count.back() = '}';
    if (count.ends_with('{')) count.pop_back();
    expect(scrape[count] == buckets[HUGE_VAL], count + " is what the last bucket has");
  }
  CHECK_TRUE(histograms.size() > 4);
  const std::string route = "{route=\"events-get\"}";
  CHECK_TRUE(scrape["ticketd_http_request_duration_seconds_sum" + route] > 0);
}

TEST(Metrics, ForgetTheRequestsInFlightOfAKilledProcess) {
  DOUBLES_EQUAL(0, Scrape()[in_flight("events-update")], 0);
  pause_workers();  // so that the request waits for its outcome
  std::jthread waiting([&] { owner.patch("/v1/events/" + event, Json::object({{"number_of_tickets", 1001}})); });
  CHECK_TRUE(await([&] { return Scrape()[in_flight("events-update")] == 1; }));
  kill_hard("events-update");
  CHECK_TRUE(await([&] { return Scrape()[in_flight("events-update")] == 0; }));
  waiting.join();
  CHECK_TRUE(await([] { return is_alive("events-update"); }));
  resume_workers();
  DOUBLES_EQUAL(0, Scrape()[in_flight("events-update")], 0);
  expect_status(200, owner.patch("/v1/events/" + event, Json::object({{"number_of_tickets", 1002}})));
}

TEST(Metrics, CountWhatTheLimiterSaid) {
  const auto person = make_person();
  const auto path = "/v1/events/status/" + event;
  const Scrape before;
  in_parallel(16, 1010, [&](std::size_t) { person.get(path); });
  const Scrape after;
  DOUBLES_EQUAL(1000, after[decisions("allowed")] - before[decisions("allowed")], 0);
  DOUBLES_EQUAL(10, after[decisions("refused")] - before[decisions("refused")], 0);
  DOUBLES_EQUAL(10, after[requests("events-status", 429)] - before[requests("events-status", 429)], 0);
}

TEST(Metrics, SayThatTheCacheIsAwayAndWhoWentThroughUnchecked) {
  const Scrape before;
  take_down("redis-cache");
  for (int i = 0; i < 5; ++i) expect_status(200, owner.get("/v1/events/status/" + event));
  const Scrape after;
  DOUBLES_EQUAL(5, after[decisions("unchecked")] - before[decisions("unchecked")], 0);
  DOUBLES_EQUAL(0, after["ticketd_store_up{store=\"cache\"}"], 0);
  DOUBLES_EQUAL(1, after["ticketd_store_up{store=\"database\"}"], 0);
}

TEST(Metrics, TellWhatWaitsInTheQueue) {
  pause_workers();
  const auto replies = book_all(make_people(12), {event}, 4).replies;
  const Scrape paused;
  DOUBLES_EQUAL(12, paused["ticketd_queue_commands"], 0);
  CHECK_TRUE(await([] { return Scrape()["ticketd_queue_oldest_age_seconds"] > 0.05; }));
  CHECK_TRUE(paused["ticketd_queue_memory_bytes"] > 0);
  DOUBLES_EQUAL(512.0 * 1024 * 1024, paused["ticketd_queue_memory_max_bytes"], 0);
  resume_workers();
  await_decided(accepted_ids(replies));
  CHECK_TRUE(await([] { return Scrape()["ticketd_queue_commands"] == 0; }));
}

TEST(Metrics, TellWhichProcessesLive) {
  CHECK_TRUE(await([] { return Scrape().sum("ticketd_worker_shards") == 16; }));
  const std::string of_one = "{process=\"worker-1\"}";
  const Scrape before;
  DOUBLES_EQUAL(1, before["ticketd_processes" + of_one], 0);
  kill_hard("worker-1");
  CHECK_TRUE(await([&] {
    return Scrape()["ticketd_process_starts_total" + of_one] - before["ticketd_process_starts_total" + of_one] == 1;
  }));
  const Scrape after;
  CHECK_TRUE(after["ticketd_process_start_time_seconds" + of_one] >
             before["ticketd_process_start_time_seconds" + of_one]);
}

TEST(Metrics, TellTheConnectionsOfAHandler) {
  owner.get("/v1/events/" + event);
  const Scrape scrape;
  const std::string of = "{process=\"events-get\"";
  DOUBLES_EQUAL(0, scrape["ticketd_database_connections" + of + ",state=\"in_use\"}"], 0);
  CHECK_TRUE(scrape["ticketd_database_connections" + of + ",state=\"idle\"}"] >= 1);
  DOUBLES_EQUAL(4, scrape["ticketd_database_connections_max" + of + "}"], 0);
  CHECK_TRUE(scrape["ticketd_redis_connections" + of + ",store=\"cache\",state=\"idle\"}"] >= 1);
}
