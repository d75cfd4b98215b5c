// The door: who is admitted with what, whoever else scans or gives back at the same moment.
#include "storage/checkins.h"

#include "postgres/rows.h"
#include "storage/tickets.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

using domain::Outcome;
using std::chrono::hours;
using std::chrono::minutes;

TEST_GROUP_BASE(Checkins, IntegrationTest) {
  const EventId event = make_event(3, 3);
  const UserId steward = owner_of(event), ann = make_user();
  const domain::Command booking = wish(ann, 2);
  const Time starts_at = now() + hours(24), doors = starts_at - hours(3);

  void setup() override {
    sql("UPDATE events SET start_date_time = $2, end_date_time = $3 WHERE id = $1", event.str(), format_time(starts_at),
        format_time(starts_at + hours(2)));
    commit([&](pqxx::work& tx) { storage::find_or_add_ticket_key(tx, event, std::string(32, 'k'), now()); });
    carry_out(booking);
  }
  domain::Command wish(UserId user, int quantity) const {
    auto command = book(user, event);
    std::get<domain::Book>(command.action).quantity = quantity;
    return command;
  }
  storage::Scan scan_of(BookingId of, int number = 1, int generation = 0) const {
    storage::Scan scan;
    scan.id = fresh<CheckinId>();
    scan.event = event;
    scan.ticket = {of, number, generation};
    scan.scanned_at = doors;
    scan.nonce = "nonce-" + fresh_word();
    scan.gate = "North";
    scan.by = steward;
    return scan;
  }
  storage::Scan scan_of(int number = 1, int generation = 0) const {
    return scan_of(*booking.booking(), number, generation);
  }
  storage::Scan late(Time at, int number = 1) const {
    auto scan = scan_of(number);
    scan.late = true;
    scan.scanned_at = at;
    return scan;
  }
  static storage::Checkin check_in(const storage::Scan& scan, Time at) {
    return commit([&](pqxx::work& tx) { return storage::check_in(tx, scan, at).value(); });
  }
  storage::Checkin check_in(const storage::Scan& scan) const { return check_in(scan, scan.scanned_at); }
  std::string result(const storage::Scan& scan) const { return check_in(scan).result; }
  Decided give_back(const char* tickets) const {
    auto command = cancel(ann, event);
    command.action = domain::Cancel{*booking.booking(), {}, domain::parse_ticket_numbers(tickets)};
    return carry_out(command);
  }
  std::string result_of(CheckinId id) const {
    return postgres::text_of(
        sql("SELECT result || ' ' || coalesce(because, '') FROM checkins WHERE id = $1", id.str())[0][0]);
  }
  void set_door(const char* reentry, int opens_minutes = 240) const {
    commit([&](pqxx::work& tx) { storage::update_door(tx, event, {reentry, opens_minutes}, "", now()); });
  }
  std::string out_and_in() const {
    auto out = scan_of();
    out.goes_out = true;
    const auto left = result(out);
    return left + ' ' + result(scan_of());
  }
};

TEST(Checkins, AdmitOnceAndSayWhen) {
  const auto first = check_in(scan_of());
  expect_text("admitted", first.result);
  CHECK_TRUE(first.admitted_at == doors);
  auto again = scan_of();
  again.scanned_at += minutes(5);
  const auto second = check_in(again);
  expect_text("already_in", second.result);
  CHECK_TRUE(second.admitted_at == doors && second.admitted_gate == "North");
  expect_text("admitted", result(scan_of(2)));
}

TEST(Checkins, AreAnsweredOnceForANonce) {
  const auto scan = scan_of();
  const auto first = check_in(scan);
  auto again = scan;
  again.id = fresh<CheckinId>();
  CHECK_TRUE(check_in(again).id == first.id);
  LONGS_EQUAL(1, sql_number("SELECT count(*) FROM checkins WHERE event_id = $1", event.str()));
}

TEST(Checkins, OfAnotherTicketNeedAnotherNonce) {
  const auto first = scan_of(1);
  check_in(first);
  auto other = scan_of(2);
  other.nonce = first.nonce;
  commit([&](pqxx::work& tx) { CHECK_FALSE(storage::check_in(tx, other, doors).has_value()); });
  other.ticket.reset();
  commit([&](pqxx::work& tx) { CHECK_FALSE(storage::check_in(tx, other, doors).has_value()); });
}

TEST(Checkins, AreRefusedForWhatIsNoTicket) {
  auto guess = scan_of();
  guess.ticket.reset();
  expect_text("unknown", result(guess));
  guess = scan_of();
  guess.ticket.reset();
  guess.is_of_other_event = true;
  expect_text("wrong_event", result(guess));
  expect_text("cancelled", result(scan_of(3)));
  expect_text("revoked", result(scan_of(1, 1)));
  expect_text("unknown", result(scan_of(fresh<BookingId>())));
}

TEST(Checkins, AreRefusedForWhoHasNoSeatYet) {
  const auto bob = wish(make_user(), 2);
  carry_out(bob);
  expect_text("waiting", result(scan_of(*bob.booking())));
  carry_out(cancel(ann, event));
  expect_text("cancelled", result(scan_of()));
  expect_text("admitted", result(scan_of(*bob.booking())));
}

TEST(Checkins, AreRefusedBeforeTheDoorsOpen) {
  auto scan = scan_of();
  scan.scanned_at = starts_at - hours(4) - minutes(1);
  expect_text("too_early", result(scan));
  set_door("none", 300);
  scan = scan_of();
  scan.scanned_at = starts_at - hours(4) - minutes(1);
  expect_text("admitted", result(scan));
}

TEST(Checkins, OfAHeldOrADeletedEventAreRefused) {
  sql("UPDATE bookings SET held_until = $2 WHERE id = $1", booking.booking()->str(), format_time(starts_at));
  expect_text("held", result(scan_of()));
  carry_out(remove(event));
  expect_text("cancelled", result(scan_of()));
}

TEST(Checkins, LetInAgainAsTheDoorSays) {
  check_in(scan_of());
  expect_text("left already_in", out_and_in());
  set_door("after_exit");
  expect_text("not_in readmitted", out_and_in());
  expect_text("already_in", result(scan_of()));
  set_door("free");
  expect_text("readmitted", result(scan_of()));
}

TEST(Checkins, AreTakenBack) {
  const auto first = check_in(scan_of());
  const auto undo = [&](Time at) {
    return commit([&](pqxx::work& tx) { return storage::undo_check_in(tx, event, first.id, steward, at); });
  };
  CHECK_TRUE(undo(doors)->undone_at == doors);
  CHECK_TRUE(undo(doors + hours(1))->undone_at == doors);
  expect_text("admitted", result(scan_of()));
  undo(doors);  // which is another one by now
  expect_text("already_in", result(scan_of()));
  commit([&](pqxx::work& tx) {
    CHECK_FALSE(storage::undo_check_in(tx, make_event(), first.id, steward, doors).has_value());
    CHECK_FALSE(storage::undo_check_in(tx, event, fresh<CheckinId>(), steward, doors).has_value());
  });
}

// A device with a wrong clock came first; the person whom the other gate let in is inside all the same.
TEST(Checkins, ThatReplacedAnotherAreTakenBack) {
  auto online = scan_of();
  online.scanned_at = doors + minutes(10);
  check_in(online);
  const auto wrong = check_in(late(doors), doors + hours(1));
  expect_text("conflict already_in", result_of(online.id));
  commit([&](pqxx::work& tx) { storage::undo_check_in(tx, event, wrong.id, steward, doors + hours(1)); });
  expect_text("admitted ", result_of(online.id));
  const auto again = check_in(scan_of(), doors + hours(1));
  expect_text("already_in", again.result);
  CHECK_TRUE(again.admitted_at == doors + minutes(10));
}

// Who went out and came in again is inside, whichever device told of it first.
TEST(Checkins, GoByWhenTheyWereScanned) {
  set_door("after_exit");
  check_in(scan_of());
  const auto move = [&](int minute, bool out) {
    auto scan = scan_of();
    scan.scanned_at = doors + minutes(minute);
    scan.goes_out = out;
    return check_in(scan);
  };
  const auto first = move(1, true), back = move(2, false);
  expect_text("left readmitted", first.result + ' ' + back.result);
  move(3, true);
  const auto inside = move(4, false);
  commit([&](pqxx::work& tx) { storage::undo_check_in(tx, event, back.id, steward, doors); });
  expect_text("already_in", move(5, false).result);  // the last of them was in
  commit([&](pqxx::work& tx) { storage::undo_check_in(tx, event, inside.id, steward, doors); });
  expect_text("readmitted", move(6, false).result);
}

TEST(Checkins, OfADeviceWithoutConnectionCountByTheEarliest) {
  auto online = scan_of();
  online.scanned_at = doors + minutes(10);
  check_in(online);
  expect_text("conflict", check_in(late(doors + minutes(20)), doors + hours(1)).result);
  const auto earliest = check_in(late(doors), doors + hours(1));
  expect_text("admitted", earliest.result);
  CHECK_TRUE(earliest.admitted_at == doors);
  expect_text("conflict already_in", result_of(online.id));
  expect_text("conflict", check_in(late(doors + minutes(1)), doors + hours(1)).result);
}

TEST(Checkins, OfADeviceThatCouldNotKnowAreConflicts) {
  carry_out(cancel(ann, event));
  const auto scan = check_in(late(doors), doors + hours(1));
  expect_text("conflict cancelled", scan.result + ' ' + scan.because.value_or(""));
}

TEST(Checkins, KeepTicketsFromBeingGivenBack) {
  check_in(scan_of(2));
  CHECK_TRUE(give_back("2").reason == domain::Reason::ticket_admitted);
  CHECK_TRUE(carry_out(cancel(ann, event)).reason == domain::Reason::ticket_admitted);
  CHECK_TRUE(give_back("1").outcome == Outcome::shrunk);
  expect_text("cancelled", result(scan_of(1)));
  expect_text("already_in", result(scan_of(2)));
  const auto tickets = commit([&](pqxx::work& tx) { return storage::list_tickets(tx, *booking.booking()); });
  LONGS_EQUAL(1, tickets.size());
  LONGS_EQUAL(2, tickets.front().number);
}

TEST(Checkins, OfReissuedTicketsGoByTheNewCode) {
  const auto reissue = [&](UserId user) {
    return commit([&](pqxx::work& tx) { return storage::reissue_ticket(tx, *booking.booking(), 1, user, doors); });
  };
  CHECK_FALSE(reissue(steward).has_value());
  LONGS_EQUAL(1, reissue(ann).value());
  LONGS_EQUAL(2, reissue(ann).value());
  expect_text("revoked", result(scan_of(1, 1)));
  expect_text("admitted", result(scan_of(1, 2)));
  CHECK_FALSE(reissue(ann).has_value());
}

// Two gates in the same moment, for each of many tickets: one admits.
TEST(Checkins, OfTwoGatesAdmitOne) {
  std::atomic<int> admitted = 0, faults = 0;
  for (int round = 0; round < 2; ++round) {
    at_once(8, [&](int) {
      try {
        auto session = open_session();
        pqxx::work tx(session.get());
        if (storage::check_in(tx, scan_of(round + 1), doors)->result == "admitted") ++admitted;
        tx.commit();
      } catch (...) {
        ++faults;
      }
    });
  }
  LONGS_EQUAL(2, admitted);
  LONGS_EQUAL(0, faults);
}

// The very first one, and any other: who cancels is either before it or after it.
TEST(Checkins, AndWhoCancelsComeOneAfterTheOther) {
  for (const bool is_first : {true, false}) {
    const auto user = make_user();
    const auto other = make_event(2, 2);
    if (!is_first) sql("UPDATE events SET admits = true WHERE id = $1", other.str());
    commit([&](pqxx::work& tx) { storage::find_or_add_ticket_key(tx, other, std::string(32, 'k'), now()); });
    sql("UPDATE doors SET opens_minutes = 10080 WHERE event_id = $1", other.str());
    const auto made = book(user, other);
    carry_out(made);
    auto scan = scan_of(*made.booking());
    scan.event = other;

    auto one = open_session(), two = open_session();
    pqxx::work worker(one.get());
    carry_out(worker, {cancel(user, other)});
    std::string said;
    std::jthread gate([&] {
      pqxx::work tx(two.get());
      said = storage::check_in(tx, scan, now())->result;
      tx.commit();
    });
    CHECK(await_blocked(two.get().backendpid()));
    worker.commit();
    gate.join();
    expect_text("cancelled", said);
  }
}

TEST(Checkins, KeepAWorkerOfAnEarlierReleaseOut) {
  check_in(scan_of());
  bool refused = false;
  try {
    commit([&](pqxx::work& tx) {
      postgres::execute(tx, "SET LOCAL ticketd.edition = 4");
      carry_out(tx, {cancel(ann, event)});
      carry_out(tx, {wish(make_user(), 1)});
    });
  } catch (const std::exception& e) {
    refused = std::string(e.what()).find("newer ticketd-worker") != std::string::npos;
  }
  CHECK_TRUE(refused);
}

TEST(Checkins, AreListedNewestFirst) {
  const auto first = check_in(scan_of(1)), second = check_in(scan_of(1), doors + minutes(1));
  const auto list = [&](std::optional<std::string> of, int limit) {
    return commit([&](pqxx::work& tx) { return storage::list_checkins(tx, event, of, std::nullopt, limit); });
  };
  LONGS_EQUAL(2, list({}, 10).size());
  CHECK_TRUE(list({}, 1).at(0).id == second.id);
  CHECK_TRUE(list("admitted", 10).at(0).id == first.id);
  LONGS_EQUAL(1, list("admitted", 10).size());
}

TEST(Checkins, CountWhoGuesses) {
  const auto guesses = [&](UserId user, Time since) {
    return commit([&](pqxx::work& tx) { return storage::find_at_door(tx, event, user, since)->guesses; });
  };
  for (int i = 0; i < 3; ++i) {
    auto guess = scan_of();
    guess.ticket.reset();
    check_in(guess);  // what has no form at all is no guess
    guess.is_guess = true;
    guess.nonce += "!";
    guess.id = fresh<CheckinId>();
    check_in(guess);
  }
  LONGS_EQUAL(3, guesses(steward, doors - minutes(1)));
  LONGS_EQUAL(0, guesses(steward, doors));
  LONGS_EQUAL(0, guesses(ann, doors - minutes(1)));
}

}  // namespace ticketd::tests
