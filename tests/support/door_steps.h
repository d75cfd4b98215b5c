// The steps of stories about tickets and the door.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "support/checks.h"
#include "support/group_steps.h"

namespace ticketd::e2e {

// In two hours, so that its tickets are taken already; one person may have a hundred of them.
std::string create_event_tonight(const Person& owner, int tickets, MoreFields more = {});
// Somebody who may what everybody may.
Person make_admin();
// A booking of so many tickets. Fails the test unless it is confirmed.
Json must_book(const Person& person, const std::string& event, int quantity);

// The tickets of a booking, or what stands behind them: "/1.svg".
std::string tickets_path(const Json& booking, const std::string& behind = "");
// Fails the test unless they are shown.
Json tickets_of(const Person& person, const Json& booking);
// "1 2 3"
std::string numbers_in(const Json& tickets);
// Of the ticket with this number; empty if there is none.
std::string code_in(const Json& tickets, int number);

// A path at the door of an event: "/checkins".
std::string door_path(const std::string& event, const std::string& behind);
Response set_door(const Person& owner, const std::string& event, const Json& body);

// The body of a scan, with a nonce that no other has.
Json scan_of(const std::string& code, MoreFields more = {});
Response scan(const Person& steward, const std::string& event, const Json& body);
// How it was answered. Fails the test unless it was.
Json scanned(const Person& steward, const std::string& event, const std::string& code, MoreFields more = {},
             Where where = Where::current());
Response undo(const Person& steward, const std::string& event, const Json& checkin);

// Of a device without connection, so long ago.
Json late_scan(const std::string& code, std::chrono::milliseconds ago, MoreFields more = {});
// What it sends when it has one again; its clock is right, unless it says another time.
Response send_late(const Person& steward, const std::string& event, const std::vector<Json>& scans,
                   const std::string& sent_at = {});
// How they were answered, in their order. Fails the test unless they were.
Json must_send_late(const Person& steward, const std::string& event, const std::vector<Json>& scans,
                    Where where = Where::current());

// A page of what was scanned, with `data` and `pagination`; `parameters` begin with a question mark.
Json checkins_of(const Person& owner, const std::string& event, const std::string& parameters = "");
// "admitted already_in": of an array of them; of a conflict also what it came of, "conflict:revoked".
std::string results_in(const Json& checkins);

// The objects of the contract, field by field.
void expect_ticket(const Json& ticket, Where where = Where::current());
void expect_checkin(const Json& checkin, Where where = Where::current());

// An event of tonight, of which Ann has three tickets.
struct DoorTest : FriendsTest {
  std::string event;
  Json booking;
  Json tickets;

  void setup() override;
  std::string code(int number) const { return code_in(tickets, number); }
  // What the owner's scan is answered.
  std::string result(const std::string& shown, MoreFields more = {}) const;
};

}  // namespace ticketd::e2e
