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

TEST_GROUP_BASE(Turns, IntegrationTest) {
  const UserId owner = make_user();
  static constexpr std::chrono::hours kHour{1};

  // One that starts so much later than now.
  EventId insert(milliseconds later, milliseconds lasts = kHour) const {
    auto event = new_event(owner);
    event.starts_at = now() + later;
    event.ends_at = event.starts_at + lasts;
    event.created_at = event.updated_at = now();
    commit([&](pqxx::work& tx) { storage::insert_event(tx, event); });
    return event.id;
  }
  std::vector<EventId> insert_many(int count) const {
    std::vector<EventId> ids;
    for (int n = 0; n < count; ++n) ids.push_back(insert(kHour * (n + 1)));
    return ids;
  }
  static bool give_turns(Time at = now()) {
    return commit([&](pqxx::work& tx) { return storage::update_turns(tx, at); });
  }
  // All that are due, the other tests' too.
  static void give_all_turns(Time at = now()) {
    for (int pieces = 0; pieces < 1000 && give_turns(at); ++pieces) {
    }
  }
  static int turn_of(EventId event) {
    return std::stoi(sql_text("SELECT turn FROM events WHERE id = $1", event.str()));
  }
  static void expect_turns(std::initializer_list<int> turns, const std::vector<EventId>& events,
                           Where where = Where::current()) {
    std::string expected;
    std::string found;
    for (const int turn : turns) expected += std::to_string(turn) + ' ';
    for (const auto event : events) found += std::to_string(turn_of(event)) + ' ';
    expect_text(expected, found, where);
  }
};

TEST(Turns, HaveFiveOfAnOwner) { expect_turns({0, 0, 0, 0, 0, 1, 1}, insert_many(7)); }

TEST(Turns, OfANewEventIsBehindAllThatTheOwnerHas) {
  insert_many(10);
  const auto first = insert(milliseconds(1000));
  expect_turns({2}, {first});
  give_all_turns();
  expect_turns({0}, {first});
}

TEST(Turns, AreNobodysWhoIsNotListed) {
  const auto events = insert_many(7);
  const auto set = [](EventId event, const char* visibility) {
    sql("UPDATE events SET visibility = $2 WHERE id = $1", event.str(), visibility);
  };
  set(events[0], "unlisted");
  set(events[1], "unlisted");
  give_all_turns();
  expect_turns({39, 39, 0, 0, 0, 0, 0}, events);
  auto unlisted = new_event(owner);
  unlisted.visibility = domain::Visibility::unlisted;
  commit([&](pqxx::work& tx) { storage::insert_event(tx, unlisted); });
  expect_turns({39, 1}, {unlisted.id, insert(kHour * 9)});
  set(events[0], "public");
  give_all_turns();
  expect_turns({0, 39, 0, 0, 0, 0, 1}, events);
}

TEST(Turns, GoByTheStart) {
  const auto events = insert_many(6);
  const auto first = insert(milliseconds(1000));
  give_all_turns();
  expect_turns({0, 0, 0, 0, 1, 1}, {first, events[0], events[2], events[3], events[4], events[5]});
}

TEST(Turns, MoveUpWhenAnEventIsOver) {
  const auto events = insert_many(6);
  const auto later = now() + kHour * 2;
  commit([&](pqxx::work& tx) { return storage::update_events_over(tx, later); });
  give_all_turns(later);
  expect_turns({0, 0}, {events[4], events[5]});
}

TEST(Turns, MoveUpWhenAnEventIsDeletedOrMoved) {
  const auto events = insert_many(7);
  carry_out(remove(events[0]));
  give_all_turns();
  expect_turns({0, 1}, {events[5], events[6]});
  sql("UPDATE events SET start_date_time = start_date_time + interval '1 day', end_date_time = end_date_time + "
      "interval '1 day' WHERE id = $1",
      events[1].str());
  give_all_turns();
  expect_turns({1, 0}, {events[1], events[6]});
}

TEST(Turns, OfWhatIsOnForADayComeBehindAllThatBegins) {
  const auto on = insert(-kHour * 25, kHour * 100), begun = insert(-kHour * 23, kHour * 100);
  expect_turns({20, 0}, {on, begun});
  give_all_turns(now() + kHour * 2);
  expect_turns({20, 20}, {on, begun});
}

// Else whoever lets events come to their end and moves them would have them all in the first turn.
TEST(Turns, OfAnEventThatIsOverNoMoreBeginAtTheEnd) {
  const auto event = insert(-kHour * 2, kHour);
  commit([&](pqxx::work& tx) { return storage::update_events_over(tx, now()); });
  sql("UPDATE events SET end_date_time = now() + interval '1 day' WHERE id = $1", event.str());
  expect_turns({19}, {event});
  give_all_turns();
  expect_turns({0}, {event});
}

TEST(Turns, PassByWhatSomebodyHasLockedAndComeBack) {
  const auto events = insert_many(6);
  carry_out(remove(events[0]));
  {
    auto session = open_session();
    pqxx::work tx(session.get());
    postgres::execute(tx, "SELECT FROM events WHERE id = $1 FOR NO KEY UPDATE", events[5].str());
    give_turns();
    expect_turns({1}, {events[5]});
  }
  give_all_turns();
  expect_turns({0}, {events[5]});
}

TEST(Turns, AreTwentyAtMost) {
  sql(R"(INSERT INTO events (id, user_id, title, description, location, start_date_time, end_date_time, total_tickets,
      available_tickets, created_at, updated_at)
    SELECT gen_random_uuid(), $1, 't', 'd', 'l', now() + interval '1 day', now() + interval '2 days', 5, 5, now(), now()
    FROM generate_series(1, 200))",
      owner.str());
  give_all_turns();
  expect_text("19", sql_text("SELECT max(turn) FROM events WHERE user_id = $1", owner.str()));
  expect_text("5", sql_text("SELECT count(*) FROM events WHERE user_id = $1 AND turn = 0", owner.str()));
}

}  // namespace ticketd::tests
