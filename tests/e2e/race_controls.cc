// The negative controls of the races: without protection the race must show, and the audit must see what is wrong.
#include <barrier>
#include <set>

#include "support/checks.h"
#include "support/seat_audit.h"
#include "support/stack_database.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;

namespace {
constexpr int kConnections = 16, kTickets = 5, kRounds = 50;
}

// Looks whether a seat is free and then takes it, with nothing that holds the two together.
TEST_GROUP(NaiveBooking) {
  std::vector<std::unique_ptr<pqxx::connection>> connections;

  void setup() override {
    connections = connect_times(kConnections);
    query("CREATE TABLE IF NOT EXISTS naive_bookings (round int NOT NULL, person int NOT NULL)");
  }
  void teardown() override { query("DROP TABLE IF EXISTS naive_bookings"); }

  static void book_naively(pqxx::connection & connection, int round, int person) {
    pqxx::work transaction(connection);
    const auto taken =
        ticketd::postgres::execute(transaction, "SELECT count(*) FROM naive_bookings WHERE round = $1", round);
    if (taken[0][0].as<int>() < kTickets) {
      ticketd::postgres::execute(transaction, "INSERT INTO naive_bookings VALUES ($1, $2)", round, person);
    }
    transaction.commit();
  }

  // How many seats were sold in one round of 16 people who start together.
  std::int64_t sold_in(int round) const {
    std::barrier start(kConnections);
    in_parallel(kConnections, kConnections, [&](std::size_t person) {
      start.arrive_and_wait();
      book_naively(*connections[person], round, static_cast<int>(person));
    });
    return count("SELECT count(*) FROM naive_bookings WHERE round = $1", round);
  }
};

TEST(NaiveBooking, OversellsInARace) {
  std::int64_t most = 0;
  for (int round = 0; round < kRounds && most <= kTickets; ++round) most = std::max(most, sold_in(round));
  CHECK_TRUE(most > kTickets);
}

TEST_GROUP(SeatAudit) {
  // Two seats, two in line.
  EventSeats event{
      .total_tickets = 2,
      .waiting_list_count = 2,
      .seats = {{"a", "confirmed", 1}, {"b", "confirmed", 2}, {"c", "waitlisted", 3}, {"d", "waitlisted", 4}}};

  void expect_broken(std::string_view words, Where where = Where::current()) const {
    expect_contains(words, broken_rule(event), where);
  }

  static Attempt attempt(const char* user, int sent_s, int answered_s) {
    const std::chrono::steady_clock::time_point start;
    return {.user_id = user,
            .sent = start + std::chrono::seconds(sent_s),
            .answered = start + std::chrono::seconds(answered_s)};
  }
};

TEST(SeatAudit, FindsNoFaultInAFairSale) { expect_text("", broken_rule(event)); }

TEST(SeatAudit, FindsNoFaultAfterAPromotion) {
  event.seats[0].state = "cancelled";
  event.seats[2].state = "confirmed";
  event.waiting_list_count = 1;
  expect_text("", broken_rule(event));
}

TEST(SeatAudit, SeesOverselling) {
  event.seats[2].state = "confirmed";
  event.waiting_list_count = 1;
  expect_broken("oversold");
}

TEST(SeatAudit, SeesAWrongCountOfSeats) {
  event.available_tickets = 1;
  expect_broken("available_tickets");
}

TEST(SeatAudit, SeesAWrongCountOfTheLine) {
  event.waiting_list_count = 3;
  expect_broken("waiting_list_count");
}

TEST(SeatAudit, SeesAnIdleSeat) {
  event.seats[0].state = "cancelled";
  event.available_tickets = 1;
  expect_broken("idle");
}

TEST(SeatAudit, SeesSomeoneOverTheLimit) {
  event.seats[1].user_id = "a";
  expect_broken("too many");
}

TEST(SeatAudit, SeesSomeoneWhoJumpedTheLine) {
  std::swap(event.seats[1].state, event.seats[2].state);
  expect_broken("overtaken");
}

TEST(SeatAudit, SeesTwoInOnePlace) {
  event.seats[3].seq = 3;
  expect_broken("same seq");
}

TEST(SeatAudit, ComparesWithTheOrderOfAcceptance) {
  expect_text("", order_fault(event, {"a", "b", "c", "d"}));
  expect_contains("number 3", order_fault(event, {"a", "b", "d", "c"}));
  expect_contains("4 bookings for 3", order_fault(event, {"a", "b", "c"}));
}

TEST(SeatAudit, SeesAnAnswerThatCameFirstAndStandsBehind) {
  expect_contains("overtook", overtaking(event, {attempt("d", 0, 1), attempt("c", 2, 3)}));
}

TEST(SeatAudit, LetsRequestsThatOverlapStandInAnyOrder) {
  expect_text("", overtaking(event, {attempt("d", 0, 2), attempt("c", 1, 3)}));
  expect_text("", overtaking(event, {attempt("c", 0, 1), attempt("d", 2, 3)}));
}
