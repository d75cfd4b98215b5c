// The states of live bookings stand once in C++ (storage/live.h), and in the predicate of the index that serves them.
#include "storage/live.h"

#include "domain/event_state.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(LiveStates, IntegrationTest){};

TEST(LiveStates, AreThoseOfTheIndexOfLiveBookings) {
  auto session = open_session();
  pqxx::work tx(session.get());
  tx.exec("CREATE TABLE live_states (state text CHECK (state IN " LIVE_STATES "))");
  const auto rows = tx.exec(R"(
    SELECT (SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conrelid = 'live_states'::regclass),
           (SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid = 'bookings_slot_key'::regclass))");
  expect_text(rows[0][0].c_str(), rows[0][1].c_str());
}

TEST(LiveStates, AreStatesOfTheRules) {
  const std::string_view live = LIVE_STATES;
  using State = domain::BookingState;
  for (const auto state : {State::confirmed, State::waitlisted})
    CHECK(live.find("'" + std::string(name_of(state)) + "'") != std::string_view::npos);
  for (const auto state : {State::cancelled, State::rejected})
    CHECK(live.find(name_of(state)) == std::string_view::npos);
}

}  // namespace ticketd::tests
