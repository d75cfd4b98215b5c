// What an operator does to people and events with ticketctl, and what the API says after it.
#include <cctype>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/group_steps.h"
#include "support/pool_steps.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/ticketctl.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;
using ticketd::tests::call_on_stack;
using ticketd::tests::Ended;
using ticketd::tests::Settings;

namespace {

Ended expect_ends(int status, const std::string& says, const std::string& arguments, const Settings& settings = {},
                  Where where = Where::current()) {
  auto ended = call_on_stack(arguments, settings);
  expect(ended.status == status, arguments + " ended with " + std::to_string(ended.status) + ": " + ended.said, where);
  expect_contains(says, ended.said, where);
  return ended;
}

Response login(const Person& person) {
  return post_as_nobody("/v1/auth/login", Json::object({{"email", person.email}, {"password", person.password}}));
}

Response refresh(const Person& person) {
  return post_as_nobody("/v1/auth/refresh-tokens", Json::object({{"refresh_token", person.refresh_token}}));
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

TEST_GROUP(TicketctlPeople){void teardown() override{restore_stack();
}
}
;

// U+009B begins an escape sequence as ESC [ does, and U+202E writes the rest of the line from right to left. Titles
// with control characters are refused by now; older ones may be there.
TEST(TicketctlPeople, WhatPeopleWriteDoesNothingToTheTerminal) {
  const auto event = create_event(make_person());
  query("UPDATE events SET title = $2 WHERE id = $1", event, "a\u001b[1mb\u009b31mc\u202ed\u2066e\u007f\u00e9");
  expect_ends(0, "  title         a [1mb 31mc d e \u00e9\n", "event show " + event);
}

TEST(TicketctlPeople, UserShowFindsByIdAndByEmail) {
  const auto person = register_person();
  const auto event = create_event(make_person(), {.tickets = 1, .title = "Jazz-for-the-operator"});
  book_outcome(person, event);
  expect_ends(0, person.email, "user show " + person.id);
  const auto shown = expect_ends(0, person.id, "user show " + upper(person.email));
  expect_contains("1 confirmed, 0 waiting", shown.said);
  expect_contains("Jazz-for-the-operator", shown.said);
  expect(shown.said.find("argon2") == std::string::npos, "a hash is shown");
  const auto json = expect_ends(0, "", "user show --json " + person.id).json();
  expect_text(person.email, json["email"].text());
  expect_number(1, json["sessions"]);
  expect_text("confirmed", json["bookings"].at(0)["state"].text());
}

TEST(TicketctlPeople, UserShowLeadsToTheEventTheRequestAndTheReason) {
  const auto person = make_person();
  const auto event = create_event(make_person(), {.max_per_user = 1});
  const auto accepted = book(person, event);
  const std::string request(accepted.data()["request"]["id"].text());
  await_request(person, accepted);
  expect_text("rejected", book_outcome(person, event));
  const auto shown = expect_ends(0, "", "user show " + person.id).said;
  expect_contains("    event " + event, shown);
  expect_contains("    request " + request, shown);
  expect_contains("rejected (", shown);
  const auto json = expect_ends(0, "", "user show --json " + person.id).json()["bookings"];
  expect_text(request, json.at(1)["request_id"].text());
}

TEST(TicketctlPeople, AnAddressIsChangedUnlessItIsSomebodyElses) {
  const auto person = register_person();
  const auto other = register_person();
  auto renamed = person;
  renamed.email = "new-" + person.email;
  expect_ends(0, "signs in as " + renamed.email + " now", "user set-email " + person.email + " " + renamed.email);
  expect_status(200, login(renamed));
  expect_problem(401, "invalid_credentials", login(person));
  expect_status(200, person.get("/v1/users/me"));
  expect_ends(1, "is somebody else's", "user set-email " + person.id + " " + upper(other.email));
  expect_ends(2, "is no e-mail address", "user set-email " + person.id + " nonsense");
  expect_ends(0, "signs in as " + upper(renamed.email), "user set-email " + person.id + " " + upper(renamed.email));
}

TEST(TicketctlPeople, APasswordIsResetAndEverySessionEnds) {
  const auto person = register_person();
  const auto json = expect_ends(0, "", "user reset-password --json " + person.email).json();
  auto again = person;
  again.password = json["password"].text();
  expect_number(20, Json(static_cast<int>(again.password.size())));
  expect_problem(401, "token_invalid", person.get("/v1/users/me"));
  expect_problem(401, "invalid_refresh_token", refresh(person));
  expect_problem(401, "invalid_credentials", login(person));
  expect_status(200, login(again));
  expect_ends(0, "has the password ", "user reset-password " + person.id);
}

TEST(TicketctlPeople, ADeletedAccountGetsNeitherAddressNorPasswordNorEvent) {
  const auto person = make_person();
  const auto event = create_event(make_person());
  expect_ends(0, "is deleted", "user delete --yes " + person.id);
  expect_ends(1, "the account is deleted", "user set-email " + person.id + " back@example.com");
  expect_ends(1, "the account is deleted", "user reset-password " + person.id);
  expect_ends(1, "there is no user", "event transfer " + event + " " + person.id);
}

TEST(TicketctlPeople, AnEventGetsAnotherOrganiser) {
  const auto owner = make_person();
  const auto heir = register_person();
  const auto event = create_event(owner);
  const Json resize = Json::object({{"number_of_tickets", 7}});
  expect_ends(0, "is organised by " + heir.id, "event transfer " + event + " " + heir.email);
  expect_problem(403, "not_event_owner", owner.patch("/v1/events/" + event, resize));
  expect_status(200, heir.patch("/v1/events/" + event, resize));
  expect_ends(1, "there is no user", "event transfer " + event + " nobody@example.com");
  expect_ends(2, "and the ID or e-mail address", "event transfer " + event);
}

TEST(TicketctlPeople, UserListFindsByAPartOfTheAddress) {
  const auto person = register_person();
  const auto part = person.email.substr(0, person.email.find('@'));
  const auto json = expect_ends(0, "", "user list " + part + " --json").json();
  expect_text(person.id, json["users"].at(0)["id"].text());
  expect_number(1, Json(static_cast<int>(json["users"].size())));
  expect_ends(0, "and more: --limit", "user list --limit 1");
  expect_ends(0, "there is nobody like that", "user list nobody-has-this-address");
}

TEST(TicketctlPeople, UserSetRoleIsSeenByTheApi) {
  const auto person = register_person();
  expect_ends(0, "has the role admin now", "user set-role " + person.id + " admin");
  expect_text("ADMIN", person.get("/v1/users/me").data()["role"].text());
  expect_ends(2, "user or admin", "user set-role " + person.id + " king");
}

TEST(TicketctlPeople, RevokedSessionsAreRefusedAtOnceAndLoginWorks) {
  const auto person = register_person();
  expect_status(200, person.get("/v1/users/me"));
  expect_ends(0, "1 sessions ended; their access tokens are refused from now on",
              "user revoke-sessions " + person.email);
  expect_problem(401, "token_invalid", person.get("/v1/users/me"));
  expect_problem(401, "invalid_refresh_token", refresh(person));
  auto again = person;
  again.access_token = login(person).data()["tokens"]["access_token"].text();
  expect_status(200, again.get("/v1/users/me"));
}

TEST(TicketctlPeople, ADeletedUserIsRefusedEverywhereAndTheAddressIsFree) {
  const auto person = register_person();
  expect_ends(0, "is deleted; access tokens are refused from now on", "user delete --yes " + person.email);
  expect_problem(401, "token_invalid", person.get("/v1/users/me"));
  expect_problem(401, "token_invalid", book(person, create_event(make_person())));
  expect_problem(401, "invalid_refresh_token", refresh(person));
  expect_problem(401, "invalid_credentials", login(person));
  const auto shown = expect_ends(0, "deleted", "user show " + person.id);
  expect(shown.said.find(person.email) == std::string::npos, "the address is still there");
  const auto anew =
      post_as_nobody("/v1/auth/register", Json::object({{"email", person.email}, {"password", person.password}}));
  expect_status(201, anew);
}

TEST(TicketctlPeople, TheSeatOfADeletedUserGoesToTheNextInLine) {
  const auto event = create_event(make_person());
  const auto people = people_who_booked(2, event);
  expect_ends(0, ": cancelled", "user delete --yes " + people[0].id);
  expect_text("confirmed", booking_of_event(people[1], event)["state"].text());
}

TEST(TicketctlPeople, WhatADeletedUserHasInTheQueueIsCancelledToo) {
  const auto event = create_event(make_person());
  const auto person = make_person();
  const auto other = make_person();
  pause_workers();
  const auto accepted = book(person, event);
  expect_status(202, accepted);
  expect_ends(0, "queued", "user delete --yes " + person.id);
  resume_workers();
  expect_status(202, book(other, event));
  expect(await([&] { return booking_of_event(other, event)["state"].text() == "confirmed"; }),
         "a deleted user has the seat");
}

TEST(TicketctlPeople, AnOrganiserIsDeletedOnlyWithTheirEvents) {
  const auto owner = make_person();
  const auto event = create_event(owner);
  const auto guest = people_who_booked(1, event).front();
  expect_ends(1, "--close-events", "user delete --yes " + owner.id);
  expect_status(200, owner.get("/v1/users/me"));
  expect_ends(0, ": deleted", "user delete --yes --close-events " + owner.id);
  expect_text("cancelled", booking_of_event(guest, event)["state"].text());
  expect_problem(401, "token_invalid", owner.get("/v1/users/me"));
}

TEST(TicketctlPeople, WithoutYesNothingIsDeletedAndWithoutTheQueueNeither) {
  const auto person = make_person();
  const auto event = create_event(person);
  expect_ends(2, "nothing was done", "user delete --close-events " + person.id);
  expect_ends(2, "nothing was done", "event close " + event);
  const Settings away = {{"QUEUE_REDIS_URL", "unix:///nowhere/redis.sock"}};
  expect_ends(1, "Redis", "user delete --yes --close-events " + person.id, away);
  expect_ends(1, "Redis", "event close --yes " + event, away);
  expect_status(200, person.get("/v1/users/me"));
  expect_text("open", status_of(person, event)["state"].text());
}

TEST(TicketctlPeople, WithoutTheCacheADeletedUserIsRefusedWithinHalfAMinute) {
  const auto person = make_person();
  expect_status(200, person.get("/v1/users/me"));
  expect_ends(0, "in half a minute at most", "user delete --yes " + person.id,
              {{"CACHE_REDIS_URL", "redis://127.0.0.1:1/0"}});
  const auto refused = [&] { return person.get("/v1/users/me").status == 401; };
  expect(await(refused, std::chrono::seconds(32), std::chrono::milliseconds(500)), "the token is still taken");
}

TEST(TicketctlPeople, EventShowListAndBookingsTellWhatIsThere) {
  const auto title = fresh_title();
  const auto event = create_event(make_person(), {.title = title});
  const auto people = people_who_booked(3, event);
  expect_ends(0, "1 of 1 booked, 2 waiting", "event show " + event);
  expect_text(event, expect_ends(0, title, "event list --json " + title).json()["events"].at(0)["id"].text());
  const auto waiting = expect_ends(0, "place 1", "event waiting " + event).said;
  expect(waiting.find(people[1].email) < waiting.find(people[2].email), "not in the order of the line");
  const auto json = expect_ends(0, "", "event bookings --state confirmed --json " + event).json();
  expect_number(1, json["count"]);
  expect_text(people[0].email, json["bookings"].at(0)["email"].text());
  expect_ends(0, "and 2 more", "event bookings --limit 1 " + event);
}

TEST(TicketctlPeople, EventShowAndWaitingTellOfGroups) {
  const auto event = create_group_event(make_person(), 3, {{"max_skips", 0}, {"max_per_booking", 9}});
  book_group(make_person(), event, 2);
  book_group(make_person(), event, 3);
  const auto shown = expect_ends(0, "2 of 3 booked, 1 waiting for 3 tickets", "event show " + event).said;
  for (const auto* line : {"saved         1 for the first of the waiting list, until ", "per booking   9",
                           "skips         0", "saving stops  24 h before it starts"})
    expect_contains(line, shown);
  expect_ends(0, "place 1, 3 tickets", "event waiting " + event);
  expect_number(3, expect_ends(0, "", "event waiting --json " + event).json()["bookings"].at(0)["quantity"]);
}

TEST(TicketctlPeople, EventWaitingCountsThePlacesOfEachPool) {
  const auto owner = make_person();
  const Json event = create_with_pools(owner, list_of({pool_of("Floor", 1), pool_of("Balcony", 1)}));
  const auto id = id_of(event);
  for (const char* name : {"Floor", "Balcony", "Floor", "Balcony", "Floor"})
    book_type(make_person(), event, type_in(event, name));
  const auto said = expect_ends(0, "place 1, Floor", "event waiting " + id).said;
  for (const char* line : {"place 1, Balcony", "place 2, Floor"}) expect_contains(line, said);
  const Json waiting = expect_ends(0, "", "event waiting --json " + id).json()["bookings"];
  std::string places;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const Json booking = waiting.at(i);
    const bool on_floor = booking["pool_id"].text() == id_of(pool_in(event, "Floor"));
    places += (on_floor ? " Floor " : " Balcony ") + std::to_string(booking["position"].integer());
  }
  expect_text(" Floor 1 Balcony 1 Floor 2", places);
}

TEST(TicketctlPeople, EventShowAndBookingsTellOfHeldSeats) {
  const auto event = create_group_event(make_person(), 3, {{"hold_minutes", 30}, {"confirmed_by", "organiser"}});
  const auto ann = make_person();
  const std::string until(book_group(ann, event, 2)["booking"]["expires_at"].text());
  const auto shown = expect_ends(0, "2 of 3 booked", "event show " + event).said;
  for (const auto* line : {"held          1 bookings, for 30 min after booking", "confirmed by  organiser",
                           "offered       for 0 min, until 120 min before it starts", "line closes   when it ends"})
    expect_contains(line, shown);
  expect_number(1, expect_ends(0, "", "event show --json " + event).json()["held_bookings"]);
  expect_ends(0, "held until " + until + ", 2 tickets", "event bookings --state held " + event);
  expect_ends(0, "there are no such bookings", "event bookings --state confirmed " + event);
  const auto json = expect_ends(0, "", "event bookings --json " + event).json()["bookings"].at(0);
  expect_text("held", json["state"].text());
  expect_text(until, json["expires_at"].text());
  expect_contains("held until " + until, expect_ends(0, "", "user show " + ann.id).said);
}

TEST(TicketctlPeople, EventCloseCancelsEveryBookingAndTellsThem) {
  const auto owner = make_person();
  const auto event = create_event(owner);
  const auto people = people_who_booked(2, event);
  expect_ends(0, ": deleted", "event close --yes " + event);
  expect_text("cancelled", status_of(owner, event)["state"].text());
  for (const auto& person : people) {
    expect_text("cancelled", booking_of_event(person, event)["state"].text());
    expect(!await_notification(person, "event_deleted").is_null(), "nobody was told");
  }
  expect_ends(1, "cancelled already", "event close --yes " + event);
}

TEST(TicketctlPeople, AnUnknownOneEndsWithOneAndWrongUsageWithTwo) {
  const auto nobody = "01900000-0000-7000-8000-000000000000";
  for (const std::string what : {"user show ", "user revoke-sessions ", "user delete --yes ", "event show ",
                                 "event waiting ", "event close --yes "})
    expect_ends(1, "there is no", what + nobody);
  for (const std::string what :
       {"user", "user show", "user nonsense x", "user show a b", "user list --limit 0", "event", "event show x",
        "event bookings x --state lost", "event waiting", "status now", "doctor --rot /"})
    expect_ends(2, "ticketctl help", what);
}
