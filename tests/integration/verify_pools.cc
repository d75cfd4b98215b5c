// Damage to the numbers of pools and ticket types: verify finds it, and nothing else.
#include "storage/pools.h"
#include "verify_test.h"

namespace ticketd::tests {

struct PoolDamage : VerifyTest {
  // An event of one seat, with a balcony of two: the seat is taken and one waits for it; upstairs a booking has both
  // seats, and one waits for two.
  const EventId id = event(1, 5);
  const PoolId balcony = fresh<PoolId>();
  const TicketTypeId upstairs = fresh<TicketTypeId>();
  std::vector<domain::Command> above;

  PoolDamage() {
    booked(id, 2);
    by_owner(domain::SetPool{balcony, {.capacity = 2}});
    domain::TicketTypeChanges type;
    type.pool = balcony;
    by_owner(domain::SetTicketType{upstairs, type});
    for (int i = 0; i < 2; ++i) {
      above.push_back(book(person(), id));
      std::get<domain::Book>(above.back().action) = {*above.back().booking(), 2, {}, upstairs};
      decide(above.back());
    }
  }
  void by_owner(const domain::Action& action) const {
    auto command = command_for(domain::CommandKind::update_event, owner(id), id);
    command.action = action;
    decide(command);
  }
};

TEST_GROUP_BASE(StorageVerifyPools, PoolDamage){};

TEST(StorageVerifyPools, FindsNothingWhereAllIsWell) {
  finds_nothing();
  decide(cancel(above[0].user, id));
  finds_nothing();
}

TEST(StorageVerifyPools, FindsAnEventThatIsNotTheSumOfItsPools) {
  exec("UPDATE events SET total_tickets = 4, available_tickets = 1");
  finds("pools", id);
}

TEST(StorageVerifyPools, FindsAnEventThatDoesNotSaveWhatItsPoolsSave) {
  exec("UPDATE events SET saved_tickets = 1");
  finds("pools", id);
}

TEST(StorageVerifyPools, FindsHeldBackSeatsOfAnEventWithoutPools) {
  const auto other = event(3);
  exec("UPDATE events SET held_back = 1, available_tickets = 2 WHERE id = $1", other.str());
  finds("pools", other);
}

TEST(StorageVerifyPools, FindsAnEventWhosePoolsAreMissing) {
  exec("UPDATE bookings SET pool_id = NULL, ticket_type_id = NULL");
  exec("DELETE FROM ticket_types");
  exec("DELETE FROM seat_pools");
  const auto broken = verify::broken_rules(tx);
  CHECK_TRUE(std::any_of(broken.begin(), broken.end(), [](const auto& it) { return it.rule == "pools"; }));
}

TEST(StorageVerifyPools, FindsAPoolThatCountsWhatItHasNot) {
  exec("UPDATE seat_pools SET held_back = 0, available = 0, capacity = capacity + 1 WHERE id = $1", balcony.str());
  exec("UPDATE events SET total_tickets = 4, held_back = 0");
  finds(std::vector<std::string>{"available_tickets", "pool_counts"}, id.str());
}

TEST(StorageVerifyPools, FindsWhoWaitsInAnotherPoolThanIsCounted) {
  exec("UPDATE seat_pools SET waiting_entries = 2 WHERE id = $1", balcony.str());
  exec("UPDATE seat_pools SET waiting_entries = 0 WHERE id <> $1", balcony.str());
  const auto broken = verify::broken_rules(tx);
  LONGS_EQUAL(1, broken.size());
  LONGS_EQUAL(2, broken.at(0).count);
  expect_text("pool_counts", broken.at(0).rule);
}

TEST(StorageVerifyPools, FindsATypeThatCountsWhatItHasNot) {
  exec("UPDATE ticket_types SET live_tickets = 5 WHERE id = $1", upstairs.str());
  finds("ticket_type_counts", upstairs);
}

TEST(StorageVerifyPools, FindsABookingOfAnotherPoolThanItsType) {
  exec("UPDATE bookings SET ticket_type_id = NULL WHERE id = $1", above[0].booking()->str());
  exec("UPDATE ticket_types SET live_tickets = 2 WHERE id = $1", upstairs.str());
  exec("UPDATE ticket_types SET live_tickets = 4 WHERE id <> $1", upstairs.str());
  finds("pool_of_booking", *above[0].booking());
}

TEST(StorageVerifyPools, FindsABookingOfAPoolThatItsEventHasNot) {
  const auto other = event(3);
  const auto one = booked(other, 1).at(0);
  exec("UPDATE bookings SET pool_id = $1, ticket_type_id = $2 WHERE id = $3", balcony.str(), upstairs.str(),
       one.booking()->str());
  const auto broken = verify::broken_rules(tx);
  CHECK_TRUE(std::any_of(broken.begin(), broken.end(), [](const auto& it) { return it.rule == "pool_of_booking"; }));
}

TEST(StorageVerifyPools, FindsAPoolThatIsNotSettled) {
  exec("UPDATE bookings SET quantity = 1 WHERE id = $1", above[0].booking()->str());
  exec("UPDATE bookings SET quantity = 1, fits_from = 1 WHERE id = $1", above[1].booking()->str());
  exec("UPDATE seat_pools SET available = 1, waiting_more = 0 WHERE id = $1", balcony.str());
  exec("UPDATE events SET available_tickets = 1, waiting_more = 0");
  exec("UPDATE ticket_types SET live_tickets = 2, waiting_tickets = 1 WHERE id = $1", upstairs.str());
  finds("not_settled", id);
}

TEST(StorageVerifyPools, FindsSeatsThatAreSavedForNobody) {
  exec("UPDATE seat_pools SET capacity = 3, available = 1, saved = true WHERE id = $1", balcony.str());
  exec("UPDATE events SET total_tickets = 4, available_tickets = 1, saved_tickets = 1");
  finds("saved", id);
}

TEST(StorageVerifyPools, FindsASkipBySomebodyOfAnotherPool) {
  exec("UPDATE seat_pools SET served_past = '{1}' WHERE id = $1", balcony.str());
  finds("served_past", id);
}

TEST(StorageVerifyPools, FindsAnOversoldPool) {
  exec("ALTER TABLE seat_pools DROP CONSTRAINT seat_pools_never_oversold");
  exec("UPDATE seat_pools SET capacity = 1, available = -1 WHERE id = $1", balcony.str());
  exec("UPDATE seat_pools SET capacity = 2, available = 1 WHERE id <> $1", balcony.str());
  const auto broken = verify::broken_rules(tx);
  CHECK_TRUE(std::any_of(broken.begin(), broken.end(), [](const auto& it) { return it.rule == "oversold"; }));
}

}  // namespace ticketd::tests
