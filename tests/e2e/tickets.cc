// The tickets of a booking: their codes, who comes with them, and giving them back by name.
#include <set>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/door_steps.h"
#include "support/pool_steps.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

// What there is of a ticket, by method and by what stands behind the booking's tickets.
const std::vector<std::pair<std::string, std::string>> kAll = {
    {"GET", ""}, {"GET", ".pdf"}, {"GET", "/1.svg"}, {"PATCH", "/1"}, {"POST", "/1/reissue"}};

Response call(const Person& person, const Json& booking, const std::pair<std::string, std::string>& what) {
  const auto& [method, behind] = what;
  return send(person.request(method, tickets_path(booking, behind),
                             method == "PATCH" ? std::optional(Json::object({{"holder_name", "Eve"}})) : std::nullopt));
}

Json named(std::initializer_list<int> numbers) {
  Json list = Json::array();
  for (const int number : numbers) list.push(number);
  return Json::object({{"tickets", list}});
}

}  // namespace

TEST_GROUP_BASE(Tickets, DoorTest) {
  const std::string refused = "rejected ticket_admitted";

  Json now() const { return tickets_of(ann, booking); }
  std::string numbers() const { return numbers_in(now()); }
  Response name(int number, const Json& body) const {
    return ann.patch(tickets_path(booking, "/" + std::to_string(number)), body);
  }
  Response reissue(int number) const {
    return ann.post(tickets_path(booking, "/" + std::to_string(number) + "/reissue"), Json::object());
  }
  // What becomes of Ann's wish to give tickets back: "shrunk".
  std::string given_back(const Json& body) const {
    return outcome_in(await_request(ann, give_back(ann, booking, body)));
  }
  Json admit(int number) const {
    const Json checkin = scanned(owner, event, code(number));
    expect_text("admitted", checkin["result"].text());
    return checkin;
  }
};

TEST(Tickets, AreOneForEachSeat) {
  expect_text("1 2 3", numbers());
  std::set<std::string> codes;
  for (int number = 1; number <= 3; ++number) {
    const Json ticket = tickets.at(static_cast<std::size_t>(number) - 1);
    expect_ticket(ticket);
    expect_text("valid", ticket["state"].text());
    CHECK_TRUE(ticket["holder_name"].is_null());
    codes.insert(code(number));
  }
  LONGS_EQUAL(3, codes.size());
  CHECK_FALSE(codes.contains(code_in(tickets_of(bob, must_book(bob, event, 1)), 1)));
}

TEST(Tickets, AreTheSameWhenReadAgain) {
  const auto path = tickets_path(booking);
  const auto first = ann.get(path);
  expect_text(first.body, ann.get(path).body);
  expect_status(304, ann.get(path, {"If-None-Match: " + first.header("etag")}));
  expect_text(first.header("etag"), ann.head(path).header("etag"));
  name(1, Json::object({{"holder_name", "Bea"}}));
  expect_status(200, ann.get(path, {"If-None-Match: " + first.header("etag")}));
}

TEST(Tickets, AreNotOfABookingThatWaits) {
  const auto full = create_event_tonight(owner, 1);
  must_book(bob, full, 1);
  const Json waiting = book_group(cid, full, 1)["booking"];
  LONGS_EQUAL(0, tickets_of(cid, waiting).size());
  for (const auto& each : kAll) {
    if (!each.second.empty()) expect_problem(404, "ticket_not_found", call(cid, waiting, each));
  }
  cancel_outcome(bob, full);
  expect_text("1", numbers_in(tickets_of(cid, waiting)));
}

TEST(Tickets, AreOfABookingOnceItIsConfirmed) {
  const auto held_event = create_group_event(owner, 2, {{"hold_minutes", 30}});
  const Json held = book_group(bob, held_event, 2)["booking"];
  LONGS_EQUAL(0, tickets_of(bob, held).size());
  await_request(bob, confirm(bob, held));
  expect_text("1 2", numbers_in(tickets_of(bob, held)));
  cancel_outcome(bob, held_event);
  LONGS_EQUAL(0, tickets_of(bob, held).size());
}

TEST(Tickets, SayWhoComes) {
  const auto reply = name(2, Json::object({{"holder_name", "  Bea "}}));
  expect_success(200, "Ticket updated successfully", reply);
  expect_ticket(reply.data());
  expect_text("Bea", reply.data()["holder_name"].text());
  expect_text(code(2), reply.data()["code"].text());
  expect_text(reply.data().dump(), now().at(1).dump());
  CHECK_TRUE(now().at(0)["holder_name"].is_null() && now().at(2)["holder_name"].is_null());
  expect_text("Bea", scanned(owner, event, code(2))["ticket"]["holder_name"].text());
  const auto without = name(2, Json::object({{"holder_name", Json()}}));
  expect_status(200, without);
  CHECK_TRUE(without.data()["holder_name"].is_null() && now().at(1)["holder_name"].is_null());
}

TEST(Tickets, HaveNamesOfBoundedLength) {
  std::string longest;
  for (int i = 0; i < 100; ++i) longest += "é";
  expect_text(longest, name(1, Json::object({{"holder_name", longest}})).data()["holder_name"].text());
  for (const auto& bad :
       {Json(longest + "é"), Json(""), Json(" \t"), Json("a\x01"), Json(7), Json(true), Json::array()})
    expect_bad_fields({"holder_name"}, name(1, Json::object({{"holder_name", bad}})));
  expect_bad_fields({"holder_name"}, name(1, Json::object({{"name", "Bea"}})));
  expect_text(longest, now().at(0)["holder_name"].text());
}

TEST(Tickets, GetAnotherCode) {
  name(2, Json::object({{"holder_name", "Bea"}}));
  const auto reply = reissue(2);
  expect_success(200, "Ticket reissued successfully", reply);
  expect_ticket(reply.data());
  expect_text("Bea", reply.data()["holder_name"].text());
  CHECK_FALSE(reply.data()["code"].text() == code(2));
  expect_text(reply.data()["code"].text(), code_in(now(), 2));
  for (const int other : {1, 3}) expect_text(code(other), code_in(now(), other));
  expect_status(200, send(ann.request("POST", tickets_path(booking, "/2/reissue"))));  // without a body
  CHECK_FALSE(reply.data()["code"].text() == code_in(now(), 2));
}

TEST(Tickets, AreOfOnesOwnBookings) {
  for (const auto& each : kAll) {
    for (const auto* stranger : {&bob, &owner})
      expect_problem(404, "booking_not_found", call(*stranger, booking, each));
    expect_problem(404, "booking_not_found", call(ann, Json::object({{"id", fresh_uuid()}}), each));
    expect_problem(400, "invalid_id", call(ann, Json::object({{"id", "seven"}}), each));
    expect_problem(401, "token_missing", send({.method = each.first, .path = tickets_path(booking, each.second)}));
  }
  expect_text(tickets.dump(), now().dump());
}

TEST(Tickets, AreAnAdminsAsWell) {
  const auto admin = make_admin();
  for (const auto& each : kAll) expect_status(200, call(admin, booking, each));
  expect_text("Eve", now().at(0)["holder_name"].text());
  CHECK_FALSE(code(1) == code_in(now(), 1));
}

TEST(Tickets, HaveNumbersOfTheirOwn) {
  for (const char* number : {"0", "4", "101", "01", "1.0", "-1", "one", "4294967297"}) {
    const auto at = std::string("/") + number;
    expect_problem(404, "ticket_not_found", call(ann, booking, {"PATCH", at}));
    expect_problem(404, "ticket_not_found", call(ann, booking, {"POST", at + "/reissue"}));
    expect_problem(404, "ticket_not_found", call(ann, booking, {"GET", at + ".svg"}));
  }
}

TEST(Tickets, AreAPicture) {
  const auto path = tickets_path(booking, "/1.svg");
  const auto reply = ann.get(path);
  expect_status(200, reply);
  expect_contains("image/svg+xml", reply.header("content-type"));
  expect_contains("<svg", reply.body);
  expect(reply.body.find("style") == std::string::npos, "nothing that the policy of this host refuses");
  CHECK_FALSE(reply.body == ann.get(tickets_path(booking, "/2.svg")).body);
  expect_status(304, ann.get(path, {"If-None-Match: " + reply.header("etag")}));
  LONGS_EQUAL(reply.body.size(), std::stoul(ann.head(path).header("content-length")));
  reissue(1);
  CHECK_FALSE(reply.body == ann.get(path).body);
}

TEST(Tickets, AreADocumentToPrint) {
  const auto path = tickets_path(booking, ".pdf");
  const auto reply = ann.get(path);
  expect_status(200, reply);
  expect_contains("application/pdf", reply.header("content-type"));
  CHECK_TRUE(reply.body.starts_with("%PDF-"));
  expect_status(304, ann.get(path, {"If-None-Match: " + reply.header("etag")}));
  LONGS_EQUAL(reply.body.size(), std::stoul(ann.head(path).header("content-length")));
  reissue(1);
  CHECK_FALSE(reply.body == ann.get(path).body);
}

TEST(Tickets, KeepNumbersAndCodesWhenOthersGo) {
  expect_text("shrunk", given_back(named({1})));
  expect_text("2 3", numbers());
  for (const int number : {2, 3}) expect_text(code(number), code_in(now(), number));
  expect_text("8/0/0", seats_of(owner, event));
  expect_text("shrunk", given_back(Json::object({{"quantity", 1}})));
  expect_text("2", numbers());
  expect_problem(404, "ticket_not_found", name(1, Json::object({{"holder_name", "Bea"}})));
  expect_text("cancelled", given_back(named({2})));
  expect_text("10/0/0", seats_of(owner, event));
}

TEST(Tickets, AreGivenBackWhereThereAreSuch) {
  expect_text("nothing_to_cancel", given_back(named({4, 100})));
  expect_text("1 2 3", numbers());
  expect_text("shrunk", given_back(named({3, 4})));
  expect_text("1 2", numbers());
  expect_text("cancelled", given_back(named({2, 1, 3})));
  expect_text("cancelled", read_again(ann, booking)["state"].text());
}

TEST(Tickets, OfABookingThatWaitsAreGivenBackByNameToo) {
  const auto full = create_event_tonight(owner, 3);
  must_book(bob, full, 3);
  const Json waiting = book_group(ann, full, 3)["booking"];
  expect_text("shrunk", outcome_in(await_request(ann, give_back(ann, waiting, named({1, 3})))));
  const Json shrunk = read_again(ann, waiting);
  expect_text("waitlisted", shrunk["state"].text());
  expect_number(1, shrunk["quantity"]);
}

TEST(Tickets, AreNamedByNumbersOnce) {
  const auto refuse = [&](const Json& list) {
    expect_bad_fields({"tickets"}, give_back(ann, booking, Json::object({{"tickets", list}})));
  };
  for (const char* bad : {"1", "\"1\"", "{}", "true", "[]", "[0]", "[101]", "[-1]", "[1.5]", "[\"1\"]", "[null]",
                          "[[1]]", "[1,1]", "[4294967297]"})
    refuse(*Json::parse(bad));
  expect_bad_fields({"tickets"}, give_back(ann, booking, named({1}).set("quantity", 1)));
  expect_bad_fields({"quantity", "tickets"}, give_back(ann, booking, named({0}).set("quantity", 0)));
  expect_text("1 2 3", numbers());
}

TEST(Tickets, AreNotGivenBackOnceSomebodyCameInWithThem) {
  admit(1);
  expect_text(refused, given_back(named({1})));
  expect_text(refused, given_back(named({1, 2})));
  expect_text(refused, given_back(Json::object()));
  expect_text(refused, given_back(Json::object({{"quantity", 3}})));
  expect_text(refused, outcome_in(await_request(ann, cancel(ann, event))));
  expect_text("1 2 3", numbers());
  expect_text("7/0/0", seats_of(owner, event));
  expect_contains("somebody was let in", notification_of(ann, "rejected")["message"].text());
  expect_text("shrunk", given_back(named({2, 3})));
  expect_text("1", numbers());
  expect_text("admitted", now().at(0)["state"].text());
  CHECK_TRUE(is_wire_time(now().at(0)["admitted_at"]));
}

TEST(Tickets, StayIfSomebodyCameInWithThemAndOthersWillDo) {
  admit(3);
  expect_text("shrunk", given_back(Json::object({{"quantity", 2}})));
  expect_text("3", numbers());
  expect_text(refused, given_back(Json::object({{"quantity", 1}})));
}

TEST(Tickets, AreGivenBackOnceTheCheckInIsTakenBack) {
  const Json checkin = admit(1);
  expect_text(refused, given_back(named({1})));
  expect_status(200, undo(owner, event, checkin));
  expect_text("shrunk", given_back(named({1})));
}

TEST(Tickets, KeepTheirCodeOnceSomebodyCameInWithThem) {
  admit(1);
  expect_problem(409, "ticket_admitted", reissue(1));
  expect_text(code(1), code_in(now(), 1));
  expect_status(200, name(1, Json::object({{"holder_name", "Bea"}})));
  expect_text("admitted", now().at(0)["state"].text());
  expect_status(200, reissue(2));
}
