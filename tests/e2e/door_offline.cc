// Devices at the door that had no connection: they let people in by what they saw, and send that later.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/door_steps.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ticketd::Json;

TEST_GROUP_BASE(OfflineDoor, DoorTest) {
  const minutes a_minute{1};

  Json sent(const std::vector<Json>& scans, Where where = Where::current()) const {
    return must_send_late(owner, event, scans, where);
  }
  std::string listed(const std::string& wanted) const {
    return results_in(checkins_of(owner, event, "?result=" + wanted)["data"]);
  }
  // So long ago, give or take a minute.
  void expect_ago(std::chrono::milliseconds ago, const Json& time, Where where = Where::current()) const {
    const std::string at(time.text());
    expect(time_in(-ago - a_minute) < at && at < time_in(-ago + a_minute), "about then: " + at, where);
  }
};

TEST(OfflineDoor, IsAnsweredInTheOrderOfItsScans) {
  const auto other = create_event_tonight(bob, 1);
  const auto elsewhere = code_in(tickets_of(ann, must_book(ann, other, 1)), 1);
  const Json checkins =
      sent({late_scan(code(3), minutes(3), {{"gate", "North"}, {"device", "Phone 3"}}), late_scan("x", minutes(5)),
            late_scan(code(1), minutes(1)), late_scan(elsewhere, minutes(2)), late_scan(code(3), minutes(1))});
  expect_text("admitted unknown admitted wrong_event conflict:already_in", results_in(checkins));
  expect_number(3, checkins.at(0)["ticket"]["number"]);
  expect_text("North", checkins.at(0)["gate"].text());
  expect_text("Phone 3", checkins.at(0)["device"].text());
  expect_text(owner.id, checkins.at(0)["user_id"].text());
  expect_ago(minutes(3), checkins.at(0)["scanned_at"]);
  expect_text("North", checkins.at(4)["first"]["gate"].text());
  const Json now = tickets_of(ann, booking);
  expect_text("admitted", now.at(0)["state"].text());
  expect_text("valid", now.at(1)["state"].text());
  expect_text(checkins.at(0)["scanned_at"].text(), now.at(2)["admitted_at"].text());
  LONGS_EQUAL(5, checkins_of(owner, event)["data"].size());
}

TEST(OfflineDoor, ThatWasEarlierCounts) {
  const Json online = scanned(owner, event, code(1), {{"gate", "North"}});
  const Json checkins = sent({late_scan(code(1), minutes(10), {{"gate", "South"}})});
  expect_text("admitted", results_in(checkins));
  expect_text("South", checkins.at(0)["first"]["gate"].text());
  expect_text(checkins.at(0)["scanned_at"].text(), checkins.at(0)["first"]["at"].text());
  expect_text("admitted", listed("admitted"));
  const Json conflicts = checkins_of(owner, event, "?result=conflict")["data"];
  expect_text("conflict:already_in", results_in(conflicts));
  expect_text(online["id"].text(), conflicts.at(0)["id"].text());
  expect_text("South", conflicts.at(0)["first"]["gate"].text());
  expect_text(checkins.at(0)["scanned_at"].text(), tickets_of(ann, booking).at(0)["admitted_at"].text());
  expect_text("already_in", result(code(1)));
}

TEST(OfflineDoor, ThatWasLaterIsAConflict) {
  const Json online = scanned(owner, event, code(1), {{"gate", "North"}, {"scanned_at", time_in(-minutes(20))}});
  const Json checkins = sent({late_scan(code(1), minutes(10), {{"gate", "South"}})});
  expect_text("conflict:already_in", results_in(checkins));
  expect_text(online["first"].dump(), checkins.at(0)["first"].dump());
  expect_text("admitted", listed("admitted"));
  expect_text("conflict:already_in", listed("conflict"));
}

TEST(OfflineDoor, OfTwoDevicesTheEarlierOneCounts) {
  expect_text("admitted", results_in(sent({late_scan(code(1), minutes(10), {{"gate", "North"}})})));
  expect_text("admitted", results_in(sent({late_scan(code(1), minutes(20), {{"gate", "South"}})})));
  const Json last = sent({late_scan(code(1), minutes(5), {{"gate", "West"}})});
  expect_text("conflict:already_in", results_in(last));
  expect_text("South", last.at(0)["first"]["gate"].text());
  expect_text("conflict:already_in conflict:already_in", listed("conflict"));
}

TEST(OfflineDoor, LetInWhoShouldNotHaveBeen) {
  const auto bobs = code_in(tickets_of(bob, must_book(bob, event, 1)), 1);
  expect_text("cancelled", cancel_outcome(bob, event));
  expect_status(200, ann.post(tickets_path(booking, "/2/reissue"), Json::object()));
  const Json checkins = sent({late_scan(bobs, a_minute), late_scan(code(2), a_minute), late_scan(code(1), hours(3)),
                              late_scan("x", a_minute)});
  expect_text("conflict:cancelled conflict:revoked conflict:too_early unknown", results_in(checkins));
  for (const auto& ticket : {tickets_of(ann, booking).at(0), tickets_of(ann, booking).at(1)})
    expect_text("valid", ticket["state"].text());
}

TEST(OfflineDoor, LetsOutAndIn) {
  expect_status(200, set_door(owner, event, Json::object({{"reentry", "after_exit"}})));
  const Json checkins = sent({late_scan(code(1), minutes(9)), late_scan(code(1), minutes(6), {{"direction", "out"}}),
                              late_scan(code(1), minutes(3)), late_scan(code(2), minutes(3), {{"direction", "out"}})});
  expect_text("admitted left readmitted not_in", results_in(checkins));
}

TEST(OfflineDoor, IsAnsweredTheSameWhenItSendsAgain) {
  const std::vector<Json> scans = {late_scan(code(1), minutes(3)), late_scan(code(2), minutes(2)),
                                   late_scan(code(1), minutes(1))};
  const Json first = sent(scans), again = sent(scans);
  expect_text(first.dump(), again.dump());
  expect_text("admitted admitted conflict:already_in", results_in(first));
  const Json twice = sent({late_scan(code(3), minutes(2)), scans[0], scans[0]});
  expect_text(first.at(0).dump(), twice.at(1).dump());
  expect_text(first.at(0).dump(), twice.at(2).dump());
  LONGS_EQUAL(4, checkins_of(owner, event)["data"].size());
}

// What a device's clock says is told by what it says when it sends.
TEST(OfflineDoor, MayHaveAClockThatIsWrong) {
  const auto at = [](std::chrono::milliseconds from_now) { return Json(time_in(from_now)); };
  const auto sent_by_clock = [&](std::chrono::milliseconds ahead, const Json& scan) {
    const auto reply = send_late(owner, event, {scan}, time_in(ahead));
    expect_success(200, "scans answered", reply);
    return reply.data()["checkins"].at(0);
  };
  const Json fast = sent_by_clock(hours(1), scan_of(code(1), {{"scanned_at", at(hours(1) - minutes(10))}}));
  expect_text("admitted", fast["result"].text());
  expect_ago(minutes(10), fast["scanned_at"]);
  const Json slow = sent_by_clock(-hours(24), scan_of(code(2), {{"scanned_at", at(-hours(24) - minutes(20))}}));
  expect_text("admitted", slow["result"].text());
  expect_ago(minutes(20), slow["scanned_at"]);
  const Json to_come = sent_by_clock({}, scan_of(code(3), {{"scanned_at", at(hours(1))}}));
  expect_text("admitted", to_come["result"].text());
  CHECK_TRUE(to_come["scanned_at"].text() <= to_come["created_at"].text());
}

TEST(OfflineDoor, MayHaveAClockOfAnotherAge) {
  const Json of_old = scan_of(code(1), {{"scanned_at", "1970-01-01T00:00:00Z"}});
  const auto reply = send_late(owner, event, {of_old}, "9999-12-31T23:59:59Z");
  expect(reply.status == 200 || reply.status == 400, "no fault of ours: " + reply.body);
  expect_text("admitted", result(code(1)));
}

TEST(OfflineDoor, SendsFiveHundredScansAtOnce) {
  std::vector<Json> scans;
  for (int i = 0; i < 500; ++i) scans.push_back(late_scan(code(1), seconds(600 - i), {{"gate", "North"}}));
  const auto results = results_in(sent(scans));
  CHECK_TRUE(results.starts_with("admitted conflict:already_in "));
  LONGS_EQUAL(results.find("admitted"), results.rfind("admitted"));
  scans.push_back(late_scan(code(2), minutes(1)));
  expect_bad_fields({"scans"}, send_late(owner, event, scans));
  expect_text("admitted", result(code(2)));
}

TEST(OfflineDoor, MayNotUseANonceForTwoTickets) {
  const Json first = late_scan(code(1), a_minute);
  const auto reply = send_late(owner, event, {first, late_scan(code(2), a_minute, {{"nonce", first["nonce"]}})});
  expect_problem(422, "idempotency_key_reused", reply);
  expect_text("admitted", results_in(sent({first})));  // it counted
  expect_text("admitted", result(code(2)));
}

TEST(OfflineDoor, NamesEveryBadField) {
  const auto refuse = [&](const std::vector<std::string>& fields, const std::vector<Json>& scans) {
    expect_bad_fields(fields, send_late(owner, event, scans));
  };
  const auto path = door_path(event, "/checkins/batch");
  const Json good = late_scan(code(1), a_minute);
  expect_bad_fields({"sent_at", "scans"}, owner.post(path, Json::object()));
  expect_bad_fields({"sent_at"}, send_late(owner, event, {good}, "today"));
  expect_bad_fields({"scans"}, owner.post(path, Json::object({{"sent_at", time_in({})}, {"scans", good}})));
  refuse({"scans"}, {});
  refuse({"scans"}, {good, Json(7)});
  refuse({"scans.1.code", "scans.1.nonce", "scans.1.scanned_at"}, {good, Json::object()});
  refuse({"scans.0.nonce", "scans.2.gate"},
         {late_scan(code(1), a_minute, {{"nonce", "short"}}), good, late_scan(code(2), a_minute, {{"gate", 7}})});
  LONGS_EQUAL(0, checkins_of(owner, event)["data"].size());
}
