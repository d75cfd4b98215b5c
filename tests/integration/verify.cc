// verify over sound data: nothing it says is wrong may be right, and it must disturb nobody.
#include "verify/verify.h"

#include <set>

#include "storage/dead_letters.h"
#include "verify_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(StorageVerify, VerifyTest){};

TEST(StorageVerify, AnEmptyDatabaseKeepsAllRules) { finds_nothing(); }

TEST(StorageVerify, EverythingThatCanHappenKeepsAllRules) {
  const auto id = event(2, 2);
  const auto users = booked(id, 5);
  decide(book(users[0].user, id));
  decide(book(users[0].user, id));  // over the limit
  decide(cancel(users[1].user, id));
  decide(cancel(users[3].user, id));
  decide(cancel(users[3].user, id));  // nothing left to cancel
  decide(book(person(), fresh<EventId>()));
  decide(cancel(person(), fresh<EventId>()));
  finds_nothing();
}

TEST(StorageVerify, PromotedAndCancelledInOneBatchIsAllRight) {
  const auto id = event(1);
  const auto first = book(person(), id), second = book(person(), id);
  carry_out(tx, {first, second, cancel(first.user, id), cancel(second.user, id)});
  finds_nothing();
}

TEST(StorageVerify, ADeletedEventIsAllRight) {
  const auto id = event(2);
  const auto users = booked(id, 4);
  decide(cancel(users[0].user, id));
  decide(command_for(domain::CommandKind::delete_event, owner(id), id));
  decide(book(person(), id));
  finds_nothing();
}

TEST(StorageVerify, BookedAndDeletedInOneBatchIsAllRight) {
  const auto id = event(1);
  carry_out(tx,
            {book(person(), id), book(person(), id), command_for(domain::CommandKind::delete_event, owner(id), id)});
  finds_nothing();
}

TEST(StorageVerify, ALimitLoweredLaterIsAllRight) {
  const auto id = event(5, 3);
  const auto user = person();
  carry_out(tx, {book(user, id), book(user, id), book(user, id)});
  auto lower = command_for(domain::CommandKind::update_event, owner(id), id);
  changes_of(lower).rules.max_per_user = 1;
  decide(lower);
  finds_nothing();
}

TEST(StorageVerify, AReadNotificationIsOneStill) {
  booked(event(1), 2);
  exec("UPDATE notifications SET read_at = now(), updated_at = now() + interval '1 hour'");
  finds_nothing();
}

TEST(StorageVerify, ADeadLetterIsAllRight) {
  const auto known = book(person(), event(1)), of_nobody = book(fresh<UserId>(), event(1));
  for (const auto& command : {known, of_nobody})
    storage::insert_dead_letter(tx, {command, 0, command.id.str(), "{}", "it broke", "", 5}, now());
  storage::insert_dead_letter(tx, {std::nullopt, 0, "1-1", "{}", "it cannot be read", "", 5}, now());
  finds_nothing();
}

TEST(StorageVerify, EverythingThatBecomesOfHeldSeatsIsAllRight) {
  const auto id = holding_event(3, 30, 60);
  const auto users = booked(id, 6);  // three are held, three wait
  decide(confirm(users[0]));
  decide(confirm(users[0]));  // once more
  decide(cancel(users[1].user, id));
  settle(id, now() + std::chrono::minutes(31));  // the third
  decide(confirm(users[3]));
  settle(id, now() + std::chrono::minutes(92));  // what was offered after that
  finds_nothing();
  decide(cancel(users[3].user, id));
  decide(command_for(domain::CommandKind::delete_event, owner(id), id));
  carry_out_pieces(tx, id);
  finds_nothing();
}

TEST(StorageVerify, AYesToFewerIsAllRight) {
  const auto id = holding_event(4, 30, 0);
  auto booking = book(person(), id);
  std::get<domain::Book>(booking.action).quantity = 4;
  decide(booking);
  decide(book(person(), id));
  decide(confirm(booking, 2));
  finds_nothing();
}

TEST(StorageVerify, NamesAtMostTwentyAndCountsAll) {
  for (int i = 0; i < 25; ++i) event(7);
  exec("UPDATE events SET available_tickets = 6");
  const auto broken = verify::broken_rules(tx);
  LONGS_EQUAL(1, broken.size());
  LONGS_EQUAL(25, broken[0].count);
  LONGS_EQUAL(20, broken[0].examples.size());
}

TEST(StorageVerify, EveryRuleHasANameOfItsOwn) {
  const auto names = verify::rule_names();
  LONGS_EQUAL(names.size(), std::set<std::string>(names.begin(), names.end()).size());
}

TEST_GROUP_BASE(StorageVerifyOnline, IntegrationTest){};

TEST(StorageVerifyOnline, CountsWhatIsThere) {
  carry_out(book(make_user(), make_event()));
  auto session = open_session();
  const auto found = verify::recount(session.get());
  LONGS_EQUAL(sql_number("SELECT count(*) FROM events"), found.events);
  LONGS_EQUAL(sql_number("SELECT count(*) FROM bookings"), found.bookings);
  LONGS_EQUAL(sql_number("SELECT count(*) FROM commands"), found.commands);
  LONGS_EQUAL(sql_number("SELECT count(*) FROM notifications"), found.notifications);
}

TEST(StorageVerifyOnline, IsNotHeldUpByABatchInTheMiddleOfItsWork) {
  const auto id = make_event();
  auto worker = open_session(), session = open_session();
  pqxx::work batch(worker.get());
  carry_out(batch, {book(make_user(), id)});
  verify::recount(session.get());
  batch.commit();
}

TEST(StorageVerifyOnline, LeavesTheSessionAsItWas) {
  auto session = open_session();
  verify::recount(session.get());
  pqxx::nontransaction tx(session.get());
  expect_text("5s", tx.exec("SHOW statement_timeout")[0][0].c_str());
  expect_text("off", tx.exec("SHOW transaction_read_only")[0][0].c_str());
}

}  // namespace ticketd::tests
