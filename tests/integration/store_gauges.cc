// What /metrics looks at in the stores.
#include "endpoint/store_gauges.h"

#include "ctl_rig.h"

namespace ticketd::tests {

TEST_GROUP_BASE(StoreGauges, CtlTest){void setup() override{CtlTest::setup();
sql("TRUNCATE users, events, bookings, commands, notifications, dead_letters, waiting_blocks CASCADE");
}  // namespace ticketd::tests
static std::string text() {
  auto config = settings_of_stores();
  config.shards = kShards;
  return exposition(look_at_stores(config, now()));
}
}
;

TEST(StoreGauges, TellHowTheSeatsOfAnEventGo) {
  const auto event = make_event(3);
  sql("UPDATE events SET title = $1", "a \"quoted\" \\ title");
  submit(book(make_user(), event));
  DrainRig().drain_all();
  const auto labels = "{event=\"" + event.str() + R"(",title="a \"quoted\" \\ title"} )";
  const auto shown = text();
  expect_contains("ticketd_event_seats" + labels + "3\n", shown);
  expect_contains("ticketd_event_seats_free" + labels + "2\n", shown);
  expect_contains("ticketd_event_waiting" + labels + "0\n", shown);
}

TEST(StoreGauges, CountNoSeatThatIsHeldBack) {
  const auto event = make_event(5);
  sql("UPDATE events SET title = 'Held'");
  auto hold = resize(event, 5);
  hold.action = domain::SetPool{PoolId{event.uuid}, {.held_back = 2}};
  submit(hold);
  DrainRig().drain_all();
  const auto shown = text();
  expect_contains("ticketd_event_seats{event=\"" + event.str() + "\",title=\"Held\"} 3\n", shown);
  expect_contains("ticketd_event_seats_free{event=\"" + event.str() + "\",title=\"Held\"} 3\n", shown);
}

TEST(StoreGauges, ShowTheTenBusiestEventsAndNoMore) {
  const auto quiet = make_event(3);
  submit(book(make_user(), quiet));
  for (int i = 0; i < 10; ++i) {
    const auto event = make_event(3);
    for (int person = 0; person < 2; ++person) submit(book(make_user(), event));
  }
  DrainRig().drain_all();
  const auto shown = text();
  expect_lacks(quiet.str(), shown);
  int series = 0;
  for (std::size_t at = 0; (at = shown.find("ticketd_event_seats{", at)) != std::string::npos; ++at) ++series;
  LONGS_EQUAL(10, series);
}

// A character is not cut in two.
TEST(StoreGauges, CutALongTitle) {
  submit(book(make_user(), make_event()));
  std::string title = "x";
  for (int i = 0; i < 40; ++i) title += "ü";
  sql("UPDATE events SET title = $1", title);
  DrainRig().drain_all();
  expect_contains("title=\"" + title.substr(0, 59) + "\"}", text());
}

}  // namespace ticketd::tests
