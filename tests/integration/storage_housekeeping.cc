// Events are marked when they are over, and lists of the others see no difference.
#include "storage/housekeeping.h"

#include "storage/event_search.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(MarkOver, IntegrationTest) {
  const UserId owner = make_user();
  const EventId event = make_event_of(owner);
  const Time end = now() + std::chrono::hours(100);  // of the event; see set_end

  void setup() override { set_end(end); }
  void set_end(Time at) const {
    sql("UPDATE events SET end_date_time = $2 WHERE id = $1", event.str(), format_time(at));
  }
  static void mark(Time at) {
    commit([&](pqxx::work& tx) { return storage::update_events_over(tx, at); });
  }
  bool is_marked() const { return sql_text("SELECT over FROM events WHERE id = $1", event.str()) == "t"; }
  std::size_t upcoming(Time at) const {
    storage::EventFilter filter;
    filter.owner = owner;
    filter.ends_after = at;
    return commit([&](pqxx::work& tx) { return storage::list_events(tx, filter, 10, 0, {}); }).size();
  }
};

TEST(MarkOver, MarksAtTheEndAndNotBefore) {
  mark(end - milliseconds(1));
  CHECK_FALSE(is_marked());
  mark(end);
  CHECK_TRUE(is_marked());
}

TEST(MarkOver, ListsGoByTheClockUntilThen) {
  LONGS_EQUAL(1, upcoming(end - milliseconds(1)));
  LONGS_EQUAL(0, upcoming(end));
}

TEST(MarkOver, AnEventThatIsMovedIsListedAgain) {
  mark(end);
  set_end(end + seconds(1));
  CHECK_FALSE(is_marked());
  LONGS_EQUAL(1, upcoming(end));
}

TEST(MarkOver, PassesByWhatSomebodyHasLocked) {
  auto session = open_session();
  pqxx::work tx(session.get());
  postgres::execute(tx, "SELECT FROM events WHERE id = $1 FOR NO KEY UPDATE", event.str());
  mark(end);
  CHECK_FALSE(is_marked());
}

}  // namespace ticketd::tests
