// The steps of stories about bookings of several tickets.
#pragma once
#include <CppUTest/Utest.h>

#include <initializer_list>
#include <string>

#include "base/json.h"
#include "support/person.h"

namespace ticketd::e2e {

// An owner, and three friends of whom each may book.
struct FriendsTest : Utest {
  Person owner;
  Person ann;
  Person bob;
  Person cid;

  void setup() override {
    const auto people = make_people(4);
    owner = people[0], ann = people[1], bob = people[2], cid = people[3];
  }
};

using MoreFields = std::initializer_list<Json::Field>;

// In two days, when seats are still saved unless the event says otherwise; one person may have a hundred tickets of it.
std::string create_group_event(const Person& owner, int tickets, MoreFields more = {});

Response ask_for(const Person& person, const std::string& event_id, const Json& quantity, MoreFields more = {},
                 const std::string& idempotency_key = {});

// Books so many tickets, and gives back how the request was decided.
Json book_group(const Person& person, const std::string& event_id, int quantity, MoreFields more = {});

// POST …/cancel and PATCH of a booking.
Response give_back(const Person& person, const Json& booking, const Json& body,
                   const std::string& idempotency_key = {});
Response change_booking(const Person& person, const Json& booking, const Json& body,
                        const std::string& idempotency_key = {});
// POST …/confirm of a booking: by its person, and by the organiser of its event.
Response confirm(const Person& person, const Json& booking, const Json& body = Json::object(),
                 const std::string& idempotency_key = {});
Response confirm_for(const Person& organiser, const Json& booking, const Json& body = Json::object(),
                     const std::string& idempotency_key = {});
// So many tickets, awaited: the outcome.
std::string give_back_outcome(const Person& person, const Json& booking, int quantity);
std::string change_outcome(const Person& person, const Json& booking, const Json& body);

// The booking as it is now.
Json read_again(const Person& person, const Json& booking);

// What an event shows: "available/entries that wait/tickets that they want". Fails the test where the event and its
// status differ.
std::string seats_of(const Person& person, const std::string& event_id);

}  // namespace ticketd::e2e
