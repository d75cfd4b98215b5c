// A database of the test's own moment: everything is emptied, built and damaged in one transaction that is never
// committed, so that other tests' rows neither count nor suffer. Constraints that forbid a damage are dropped in it.
#pragma once
#include <string>
#include <vector>

#include "support/fixtures.h"
#include "support/integration_test.h"
#include "verify/verify.h"

namespace ticketd::tests {

struct VerifyTest : IntegrationTest {
  mutable postgres::DatabaseConnection session = open_session();
  mutable pqxx::work tx{session.get()};

  VerifyTest() {
    tx.exec("TRUNCATE users, events, bookings, commands, notifications, dead_letters, waiting_blocks CASCADE");
  }

  template <class... Args>
  pqxx::result exec(const std::string& statement, const Args&... args) const {
    return postgres::execute(tx, statement, args...);
  }

  // make_user() and make_event() would wait for this transaction.
  UserId person() const {
    const auto user = new_user();
    storage::insert_user(tx, user, "hash");
    return user.id;
  }
  EventId event(int tickets, int max_per_user = 1) const {
    const auto made = new_event(person(), tickets, max_per_user);
    storage::insert_event(tx, made);
    return made.id;
  }
  // Whose seats are held for so long, and offered for so long to whoever waits.
  EventId holding_event(int tickets, int hold_minutes, int offer_minutes) const {
    auto made = new_event(person(), tickets, 5);
    made.hold_minutes = hold_minutes;
    made.offer_minutes = offer_minutes;
    storage::insert_event(tx, made);
    return made.id;
  }
  static domain::Command confirm(const domain::Command& booking, std::optional<int> quantity = {}) {
    auto command = command_for(domain::CommandKind::confirm, booking.user, booking.event);
    command.action = domain::Confirm{*booking.booking(), quantity};
    return command;
  }
  // What is due of the event by then ends.
  void settle(EventId id, Time at) const {
    domain::Command due;
    due.event = id;
    due.action = domain::Settle{};
    due.accepted_at = at;
    carry_out_deadline(tx, due);
  }
  UserId owner(EventId id) const {
    return *UserId::parse(exec("SELECT user_id FROM events WHERE id = $1", id.str())[0][0].c_str());
  }
  // So many people book, one after the other.
  std::vector<domain::Command> booked(EventId id, int people) const {
    std::vector<UserId> users;
    for (int i = 0; i < people; ++i) users.push_back(person());
    auto commands = book_all(users, id);
    carry_out(tx, commands);
    return commands;
  }
  void decide(const domain::Command& command) const { carry_out(tx, std::vector{command}); }

  // Fails the test unless just these rules are broken, each in one place, the first one by `id`.
  void finds(const std::vector<std::string>& rules, const std::string& id, Where where = Where::current()) const {
    std::string expected, found;
    for (const auto& rule : rules) expected += rule + " 1\n";
    const auto broken = verify::broken_rules(tx);
    for (const auto& rule : broken) found += rule.rule + ' ' + std::to_string(rule.count) + '\n';
    expect_text(expected, found, where);
    if (rules.empty() || broken.empty()) return;
    expect_text(id, broken[0].examples.at(0).id, where);
    expect_contains(id, broken[0].examples[0].detail, where);
  }
  template <class IdType>
  void finds(const std::string& rule, const IdType& id, Where where = Where::current()) const {
    finds(std::vector{rule}, id.str(), where);
  }
  void finds_nothing(Where where = Where::current()) const { finds(std::vector<std::string>{}, "", where); }
};

}  // namespace ticketd::tests
