// At the door of an event: what a scan is answered, and what that means for the next one. Devices without connection
// are in door_offline.cc.
#include <algorithm>
#include <cctype>
#include <set>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/door_steps.h"
#include "support/pool_steps.h"
#include "support/stack_database.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using std::chrono::hours;
using std::chrono::minutes;
using ticketd::Json;

TEST_GROUP_BASE(Door, DoorTest) {
  const Json nobody = Json::object({{"id", "0197f0a0-0000-7000-8000-000000000000"}});

  // The code of a ticket of Ann's, of an event of the owner's.
  std::string code_of(const std::string& of_event) const {
    return code_in(tickets_of(ann, must_book(ann, of_event, 1)), 1);
  }
  // What is answered to somebody who wants to go out.
  std::string result_out(const std::string& shown) const { return result(shown, {{"direction", "out"}}); }
  Json door(const Json& body) const {
    const auto reply = set_door(owner, event, body);
    expect_success(200, "Door updated successfully", reply);
    return reply.data();
  }
  // Twenty codes that nobody made.
  void guess() const {
    for (int i = 0; i < 20; ++i) expect_text("unknown", result("T1" + std::string(42, '0')));
  }
};

TEST(Door, LetsInOnce) {
  const Json first = scanned(owner, event, code(1), {{"gate", " North "}, {"device", "Phone 3"}});
  expect_text("admitted", first["result"].text());
  expect_text("North", first["gate"].text());
  expect_text("Phone 3", first["device"].text());
  expect_text(owner.id, first["user_id"].text());
  expect_text(booking["id"].text(), first["ticket"]["booking_id"].text());
  expect_number(1, first["ticket"]["number"]);
  expect_text(first["scanned_at"].text(), first["first"]["at"].text());
  expect_text("North", first["first"]["gate"].text());
  const Json second = scanned(owner, event, code(1), {{"gate", "South"}});
  expect_text("already_in", second["result"].text());
  expect_text("South", second["gate"].text());
  expect_text(first["first"].dump(), second["first"].dump());
  CHECK_FALSE(first["id"].text() == second["id"].text());
  expect_text("admitted", result(code(2)));
}

TEST(Door, ShowsWhoCameIn) {
  const Json checkin = scanned(owner, event, code(1));
  const Json shown = tickets_of(ann, booking);
  expect_text("admitted", shown.at(0)["state"].text());
  expect_text(checkin["scanned_at"].text(), shown.at(0)["admitted_at"].text());
  expect_text("valid", shown.at(1)["state"].text());
}

// As a device sends it again that lost the answer.
TEST(Door, AnswersARepeatedScanAsTheFirstTime) {
  const Json body = scan_of(code(1), {{"gate", "North"}});
  const auto first = scan(owner, event, body);
  expect_success(200, "scan answered", first);
  for (int i = 0; i < 3; ++i) expect_text(first.body, scan(owner, event, body).body);
  auto other = scan_of(code(2), {{"nonce", body["nonce"]}, {"gate", "South"}});
  expect_problem(422, "idempotency_key_reused", scan(owner, event, other));
  LONGS_EQUAL(1, checkins_of(owner, event)["data"].size());
  const auto another = create_event_tonight(owner, 1);
  expect_text("wrong_event", scan(owner, another, body).data()["result"].text());  // its nonces are its own
}

TEST(Door, NamesWhoComes) {
  expect_text("Ada", scanned(owner, event, code(1))["ticket"]["holder_name"].text());
  expect_status(200, ann.patch(tickets_path(booking, "/2"), Json::object({{"holder_name", "Bea"}})));
  const Json checkin = scanned(owner, event, code(2));
  expect_text("Bea", checkin["ticket"]["holder_name"].text());
  CHECK_TRUE(checkin["ticket"]["ticket_type"].is_null());
  const Json hall =
      create_with_pools(owner, list_of({pool_of("Floor", 2, {{"ticket_types", list_of({type_of("Adult")})}})}));
  const Json adult = book_type(ann, hall, type_in(hall, "Adult"))["booking"];
  const Json early = scanned(owner, id_of(hall), code_in(tickets_of(ann, adult), 1));
  expect_text("too_early", early["result"].text());
  expect_text("Adult", early["ticket"]["ticket_type"].text());
}

TEST(Door, KnowsTheNewestCodeOfATicketAlone) {
  const auto fresh = ann.post(tickets_path(booking, "/1/reissue"), Json::object()).data();
  const Json refused = scanned(owner, event, code(1));
  expect_text("revoked", refused["result"].text());
  expect_number(1, refused["ticket"]["number"]);
  CHECK_TRUE(refused["first"].is_null());
  expect_text("admitted", result(std::string(fresh["code"].text())));
  expect_text("revoked", result(code(1)));
}

TEST(Door, KnowsWhatWasGivenBack) {
  const Json second = Json::object({{"tickets", Json::array().push(2)}});
  expect_text("shrunk", outcome_in(await_request(ann, give_back(ann, booking, second))));
  expect_text("cancelled", result(code(2)));
  expect_text("admitted", result(code(3)));
  const auto bobs = code_in(tickets_of(bob, must_book(bob, event, 1)), 1);
  expect_text("cancelled", cancel_outcome(bob, event));
  const Json refused = scanned(owner, event, bobs);
  expect_text("cancelled", refused["result"].text());
  CHECK_FALSE(refused["ticket"].is_null());
}

TEST(Door, LetsNobodyIntoAnEventThatWasDeleted) {
  expect_status(200, owner.del("/v1/events/" + event));
  expect_text("cancelled", result(code(1)));
}

TEST(Door, KnowsTicketsOfOtherEvents) {
  const auto other = create_event_tonight(bob, 1);
  const Json theirs = must_book(ann, other, 1);
  const Json refused = scanned(owner, event, code_in(tickets_of(ann, theirs), 1));
  expect_text("wrong_event", refused["result"].text());
  CHECK_TRUE(refused["ticket"].is_null() && refused["first"].is_null());
  expect_text("valid", tickets_of(ann, theirs).at(0)["state"].text());
}

TEST(Door, KnowsNoCodeThatNobodyMade) {
  auto lower = code(1), altered = code(1), other_version = code(1);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  altered[10] = altered[10] == 'A' ? 'B' : 'A';
  other_version[1] = '2';
  for (const auto& text :
       {lower, altered, other_version, code(1).substr(0, 43), code(1) + "0", " " + code(1), code(1) + "\n",
        code(1) + code(1), std::string("T1"), std::string("x"), std::string("é 🎫")}) {
    const Json checkin = scanned(owner, event, text);
    expect_text("unknown", checkin["result"].text());
    CHECK_TRUE(checkin["ticket"].is_null() && checkin["first"].is_null());
  }
  expect_text("unknown", std::string(scanned(owner, create_event(owner), "x")["result"].text()));
  expect_text("admitted", result(code(1)));
}

TEST(Door, OpensFourHoursBefore) {
  const auto far = create_event(owner, {.starts_in = hours(240)});
  const Json early = scanned(owner, far, code_of(far));
  expect_text("too_early", early["result"].text());
  CHECK_TRUE(early["first"].is_null());
  const auto soon = create_event(owner, {.starts_in = minutes(239)});
  expect_text("admitted", std::string(scanned(owner, soon, code_of(soon))["result"].text()));
  const auto late = create_event(owner, {.starts_in = minutes(242)});
  expect_text("too_early", std::string(scanned(owner, late, code_of(late))["result"].text()));
}

TEST(Door, OpensAsItsOrganiserSays) {
  const auto far = create_event(owner, {.starts_in = hours(72)});
  const auto shown = code_of(far);
  expect_status(200, set_door(owner, far, Json::object({{"opens_minutes", 10'080}})));
  expect_text("admitted", std::string(scanned(owner, far, shown)["result"].text()));
  door(Json::object({{"opens_minutes", 60}}));
  expect_text("too_early", result(code(1)));
  door(Json::object({{"opens_minutes", 0}}));
  expect_text("too_early", result(code(1)));
}

TEST(Door, IsAsItWasWhereNothingIsSaid) {
  expect_text(R"({"reentry":"none","opens_minutes":240})", door(Json::object()).dump());
  expect_text(R"({"reentry":"free","opens_minutes":240})", door(Json::object({{"reentry", "free"}})).dump());
  expect_text(R"({"reentry":"free","opens_minutes":0})", door(Json::object({{"opens_minutes", 0}})).dump());
  expect_text(R"({"reentry":"free","opens_minutes":0})", door(Json::object({{"reentry", Json()}})).dump());
  expect_bad_fields({"reentry", "opens_minutes"},
                    set_door(owner, event, Json::object({{"reentry", "often"}, {"opens_minutes", 10'081}})));
  expect_bad_fields({"opens_minutes"}, set_door(owner, event, Json::object({{"opens_minutes", -1}})));
  expect_text(R"({"reentry":"free","opens_minutes":0})", door(Json::object()).dump());
  expect_text(R"({"reentry":"none","opens_minutes":240})",
              set_door(owner, create_event(owner), Json::object()).data().dump());
}

TEST(Door, LetsNobodyInAgainUnlessItsOrganiserSays) {
  expect_text("not_in", result_out(code(1)));
  expect_text("admitted", result(code(1)));
  expect_text("left", result_out(code(1)));
  expect_text("already_in", result(code(1)));
}

TEST(Door, LetsInAgainWhoWentOut) {
  door(Json::object({{"reentry", "after_exit"}}));
  for (const auto& [way, expected] : std::vector<std::pair<const char*, const char*>>{{"out", "not_in"},
                                                                                      {"in", "admitted"},
                                                                                      {"in", "already_in"},
                                                                                      {"out", "left"},
                                                                                      {"out", "not_in"},
                                                                                      {"in", "readmitted"},
                                                                                      {"in", "already_in"},
                                                                                      {"out", "left"}})
    expect_text(expected, result(code(1), {{"direction", way}}));
  expect_text("admitted", tickets_of(ann, booking).at(0)["state"].text());
}

TEST(Door, LetsInFreely) {
  door(Json::object({{"reentry", "free"}}));
  expect_text("admitted", result(code(1)));
  const Json again = scanned(owner, event, code(1));
  expect_text("readmitted", again["result"].text());
  CHECK_TRUE(is_wire_time(again["first"]["at"]));
  expect_text("left", result_out(code(1)));
  expect_text("readmitted", result(code(1)));
}

TEST(Door, TakesACheckInBack) {
  const Json checkin = scanned(owner, event, code(1));
  const auto undone = undo(owner, event, checkin);
  expect_success(200, "Check-in undone", undone);
  expect_checkin(undone.data());
  expect_text(checkin["id"].text(), undone.data()["id"].text());
  CHECK_TRUE(is_wire_time(undone.data()["undone_at"]) && undone.data()["first"].is_null());
  expect_text("valid", tickets_of(ann, booking).at(0)["state"].text());
  expect_text(undone.data().dump(), checkins_of(owner, event)["data"].at(0).dump());

  expect_text("admitted", result(code(1)));
  const auto again = undo(owner, event, checkin);
  expect_status(200, again);
  expect_text(undone.data()["undone_at"].text(), again.data()["undone_at"].text());
  expect_text("already_in", result(code(1)));
}

TEST(Door, TakesAnExitBack) {
  door(Json::object({{"reentry", "after_exit"}}));
  result(code(1));
  const Json left = scanned(owner, event, code(1), {{"direction", "out"}});
  expect_text("left", left["result"].text());
  expect_status(200, undo(owner, event, left));
  expect_text("already_in", result(code(1)));
  expect_text("left", result_out(code(1)));
}

TEST(Door, TakesNothingBackWhereNothingWas) {
  const Json elsewhere = scanned(owner, create_event_tonight(owner, 1), code(1));
  expect_problem(404, "checkin_not_found", undo(owner, event, elsewhere));
  expect_problem(404, "checkin_not_found", undo(owner, event, nobody));
  expect_problem(400, "invalid_id", undo(owner, event, Json::object({{"id", "seven"}})));
  expect_problem(400, "invalid_id", undo(owner, "seven", nobody));
  const Json refused = scanned(owner, event, "x");
  expect_text("unknown", undo(owner, event, refused).data()["result"].text());
}

TEST(Door, AdmitsATicketOnceHoweverManyGatesThereAre) {
  const auto ball = create_event_tonight(owner, 50);
  std::vector<std::string> codes;
  for (const auto* person : {&ann, &bob}) {
    const Json theirs = tickets_of(*person, must_book(*person, ball, 25));
    for (int number = 1; number <= 25; ++number) codes.push_back(code_in(theirs, number));
  }
  constexpr std::size_t kGates = 4;
  std::vector<std::vector<Response>> answers(kGates, std::vector<Response>(codes.size()));
  in_parallel(kGates, kGates, [&](std::size_t gate) {
    for (std::size_t i = 0; i < codes.size(); ++i)
      answers[gate][i] = scan(owner, ball, scan_of(codes[i], {{"gate", "Gate " + std::to_string(gate)}}));
  });
  for (std::size_t i = 0; i < codes.size(); ++i) {
    std::string results;
    std::set<std::string> firsts;
    for (const auto& of_gate : answers) {
      expect_status(200, of_gate[i]);
      results += std::string(of_gate[i].data()["result"].text()) + ' ';
      firsts.insert(of_gate[i].data()["first"].dump());
    }
    LONGS_EQUAL_TEXT(results.find("admitted"), results.rfind("admitted"), results.c_str());
    LONGS_EQUAL_TEXT(3, std::ranges::count(results, 'y'), results.c_str());  // already_in
    LONGS_EQUAL(1, firsts.size());
  }
  LONGS_EQUAL(50, checkins_of(owner, ball, "?result=admitted&limit=100")["data"].size());
}

TEST(Door, MakesThoseWaitWhoGuess) {
  const auto admin = make_admin();
  guess();
  const auto refused = scan(owner, event, scan_of(code(1)));
  expect_problem(429, "rate_limited", refused);
  const auto wait_s = std::stoi(refused.header("retry-after"));
  CHECK_TRUE(0 < wait_s && wait_s <= 60);
  expect_problem(429, "rate_limited", send_late(owner, event, {late_scan(code(1), minutes(1))}));
  expect_text("admitted", std::string(scanned(admin, event, code(1))["result"].text()));
  LONGS_EQUAL(21, checkins_of(owner, event, "?limit=100")["data"].size());
  query("UPDATE checkins SET created_at = created_at - interval '61 s' WHERE user_id = $1::uuid", owner.id);
  expect_text("already_in", result(code(1)));
}

TEST(Door, ListsWhatWasScannedInPages) {
  for (const auto& shown : {code(1), code(1), code(2), std::string("x"), code(3)}) result(shown);
  const Json first = checkins_of(owner, event, "?limit=3");
  const std::string cursor(first["pagination"]["next_cursor"].text());
  const Json second = checkins_of(owner, event, "?limit=3&cursor=" + cursor);
  expect_text("admitted unknown admitted", results_in(first["data"]));
  expect_text("already_in admitted", results_in(second["data"]));
  CHECK_TRUE(second["pagination"]["next_cursor"].is_null());
  for (const auto& page : {first["data"], second["data"]}) {
    for (std::size_t i = 0; i < page.size(); ++i) expect_checkin(page.at(i));
  }
  expect_text("admitted admitted admitted", results_in(checkins_of(owner, event, "?result=admitted")["data"]));
  expect_text("", results_in(checkins_of(owner, event, "?result=held")["data"]));
  expect_bad_fields({"result", "limit"}, owner.get(door_path(event, "/checkins?result=in&limit=0")));
  for (const auto& other :
       {door_path(event, "/checkins?result=admitted&cursor="), door_path(create_event(owner), "/checkins?cursor=")})
    expect_bad_fields({"cursor"}, owner.get(other + cursor));
}

TEST(Door, IsItsOrganisers) {
  const Json good = scan_of(code(1)), late = late_scan(code(1), minutes(1));
  const auto all = [&](const Person& person, const std::string& at) {
    return std::vector{scan(person, at, good), send_late(person, at, {late}), undo(person, at, nobody),
                       person.get(door_path(at, "/checkins")), set_door(person, at, Json::object())};
  };
  for (const auto* person : {&ann, &bob}) {
    for (const auto& reply : all(*person, event)) expect_problem(403, "not_event_owner", reply);
  }
  for (const auto& reply : all(owner, fresh_uuid())) expect_problem(404, "event_not_found", reply);
  for (const auto& reply : all(owner, "seven")) expect_problem(400, "invalid_id", reply);
  LONGS_EQUAL(0, checkins_of(owner, event)["data"].size());
  const auto admin = make_admin();
  const Json checkin = scanned(admin, event, code(1));
  expect_text(admin.id, checkin["user_id"].text());
  LONGS_EQUAL(1, checkins_of(admin, event)["data"].size());
  expect_status(200, undo(admin, event, checkin));
  expect_status(200, set_door(admin, event, Json::object()));
}

TEST(Door, NamesEveryBadField) {
  const auto refuse = [&](const std::vector<std::string>& fields, MoreFields changed) {
    expect_bad_fields(fields, scan(owner, event, scan_of(code(1), changed)));
  };
  expect_bad_fields({"code", "nonce"}, scan(owner, event, Json::object()));
  refuse({"code"}, {{"code", ""}});
  refuse({"code"}, {{"code", std::string(1025, 'x')}});
  for (const auto& bad : {std::string(7, 'n'), std::string(65, 'n'), std::string()})
    refuse({"nonce"}, {{"nonce", bad}});
  for (const char* field : {"gate", "device"}) {
    for (const auto& bad : {Json(std::string(51, 'g')), Json(""), Json(7), Json::array()})
      refuse({field}, {{field, bad}});
  }
  refuse({"direction", "scanned_at"}, {{"direction", "up"}, {"scanned_at", "today"}});
  refuse({"code", "nonce", "direction"}, {{"code", 7}, {"nonce", true}, {"direction", 1}});
  LONGS_EQUAL(0, checkins_of(owner, event)["data"].size());
}

TEST(Door, TakesTheTimeOfAScan) {
  const auto before = time_in(-minutes(10));
  expect_text(before, scanned(owner, event, code(1), {{"scanned_at", before}})["first"]["at"].text());
  const Json of_tomorrow = scanned(owner, event, code(2), {{"scanned_at", time_in(hours(24))}});
  CHECK_TRUE(of_tomorrow["scanned_at"].text() <= of_tomorrow["created_at"].text());
  expect_text("too_early", result(code(3), {{"scanned_at", time_in(-hours(3))}}));
}
