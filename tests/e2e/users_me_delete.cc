// What is held about a person, and its end: GET /v1/users/me/export and DELETE /v1/users/me.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/stack.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

Response login(const Person& person) {
  return post_as_nobody("/v1/auth/login", Json::object({{"email", person.email}, {"password", person.password}}));
}

Response erase(const Person& person, bool cancel_events = false) {
  auto body = Json::object({{"password", person.password}});
  if (cancel_events) body.set("cancel_events", true);
  return person.del("/v1/users/me", body);
}

bool becomes(const Person& person, const std::string& event, const std::string& state) {
  return await([&] { return booking_of_event(person, event)["state"].text() == state; });
}

}  // namespace

TEST_GROUP(DeleteMe) { const Person person = register_person(); };

TEST(DeleteMe, EndsTheAccountAndFreesItsAddress) {
  const auto reply = erase(person);
  expect_success(200, "account deleted", reply);
  expect_text(person.id, reply.data()["id"].text());
  expect_problem(401, "token_invalid", person.get("/v1/users/me"));
  expect_problem(401, "token_invalid", erase(person));
  expect_problem(401, "invalid_credentials", login(person));
  expect_problem(401, "invalid_refresh_token",
                 post_as_nobody("/v1/auth/refresh-tokens", Json::object({{"refresh_token", person.refresh_token}})));
  expect_status(
      201, post_as_nobody("/v1/auth/register", Json::object({{"email", person.email}, {"password", person.password}})));
}

TEST(DeleteMe, LetsTheNextInLineHaveTheSeats) {
  const auto event = create_event(make_person());
  expect_text("confirmed", book_outcome(person, event));
  const auto next = make_person();
  expect_text("waitlisted", book_outcome(next, event));
  expect_status(200, erase(person));
  expect(becomes(next, event, "confirmed"), "nobody has the seat");
}

TEST(DeleteMe, CancelsWhatWasStillQueued) {
  const auto event = create_event(make_person());
  pause_workers();
  expect_status(202, book(person, event));
  expect_status(200, erase(person));
  resume_workers();
  const auto next = make_person();
  expect_status(202, book(next, event));
  expect(becomes(next, event, "confirmed"), "an account that is gone keeps the seat");
}

TEST(DeleteMe, NeedsThePassword) {
  auto stranger = person;
  stranger.password = "not hers";
  expect_problem(400, "wrong_password", erase(stranger));
  expect_bad_fields({"password"}, person.del("/v1/users/me", Json::object({})));
  expect_status(200, person.get("/v1/users/me"));
}

TEST(DeleteMe, LeavesNoGuestWithoutAnEvent) {
  const auto event = create_event(person);
  const auto guest = people_who_booked(1, event).front();
  expect_problem(409, "organises_events", erase(person));
  expect_status(200, person.get("/v1/users/me"));
  expect_status(200, erase(person, true));
  expect(becomes(guest, event, "cancelled"), "the event takes place without its organiser");
  expect_contains("cancelled by its organiser", await_notification(guest, "event_deleted")["message"].text());
}

TEST(DeleteMe, LeavesWhatIsOver) {
  const auto event = create_ended_event(person);
  expect_status(200, erase(person));
  expect_text("over", status_of(make_person(), event)["state"].text());
}

TEST_GROUP(ExportMe) { const Person person = register_person(); };

TEST(ExportMe, HasEverythingThatIsMine) {
  const auto event = create_event(person);
  expect_text("confirmed", book_outcome(person, event));
  const auto reply = person.get("/v1/users/me/export");
  expect_success(200, reply);
  expect_text("attachment; filename=\"ticketd-export.json\"", reply.header("content-disposition"));
  const auto data = reply.data();
  expect_text(person.email, data["account"].at(0)["email"].text());
  expect_text(event, data["events"].at(0)["id"].text());
  expect_text(event, data["bookings"].at(0)["event_id"].text());
  expect_text("booked", data["notifications"].at(0)["kind"].text());
  expect(data["complete"].boolean(), "it is not all");
  expect(reply.body.find("password_hash") == std::string::npos, "a hash is given out");
}

TEST(ExportMe, HasWhatIsQueued) {
  const auto event = create_event(make_person());
  pause_workers();
  const auto accepted = book(person, event);
  const auto queued = person.get("/v1/users/me/export").data()["queued"];
  resume_workers();
  expect_text(accepted.data()["request"]["id"].text(), queued.at(0)["id"].text());
}

TEST(ExportMe, HasNothingOfOthers) {
  const auto event = create_event(make_person(), {.tickets = 5});
  people_who_booked(2, event);
  const auto data = person.get("/v1/users/me/export").data();
  expect(data["bookings"].size() == 0 && data["events"].size() == 0, "somebody else's");
}
