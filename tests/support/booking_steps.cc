#include "support/booking_steps.h"

#include <algorithm>

#include "base/time.h"
#include "support/checks.h"
#include "support/stack.h"
#include "support/token_forge.h"

namespace ticketd::e2e {
namespace {

std::vector<std::string> key_header(const std::string& key) {
  if (key.empty()) return {};
  return {"Idempotency-Key: " + key};
}

}  // namespace

std::string fresh_title() {
  std::string word = "Show" + fresh_uuid();
  std::erase(word, '-');
  return word;
}

std::string time_in(std::chrono::milliseconds delay) { return format_time(SystemClock().now() + delay); }

Json event_body(const EventPlan& plan) {
  return Json::object({{"title", plan.title.empty() ? fresh_title() : plan.title},
                       {"description", "An evening of songs"},
                       {"location", "The old hall"},
                       {"start_date_time", time_in(plan.starts_in)},
                       {"end_date_time", time_in(plan.starts_in + plan.lasts)},
                       {"number_of_tickets", plan.tickets},
                       {"max_per_user", plan.max_per_user}});
}

std::string create_event(const Person& owner, const EventPlan& plan) {
  const auto reply = owner.post("/v1/events/initialize", event_body(plan));
  expect_status(201, reply);
  return std::string(reply.data()["id"].text());
}

std::string create_ended_event(const Person& owner, const EventPlan& plan) {
  EventPlan brief = plan;
  brief.starts_in = std::chrono::milliseconds(300);
  brief.lasts = std::chrono::milliseconds(300);
  const auto end = SystemClock().now() + std::chrono::milliseconds(650);
  const auto id = create_event(owner, brief);
  expect(await([&] { return SystemClock().now() > end; }), "the event has ended");
  return id;
}

Request booking_of(const Person& person, const std::string& event_id) {
  return person.request("POST", "/v1/events/book", Json::object({{"event_id", event_id}}));
}

Response book(const Person& person, const std::string& event_id, const std::string& idempotency_key) {
  return person.post("/v1/events/book", Json::object({{"event_id", event_id}}), key_header(idempotency_key));
}

Response cancel(const Person& person, const std::string& event_id, const std::string& idempotency_key) {
  return person.del("/v1/events/booking/cancel", Json::object({{"event_id", event_id}}), key_header(idempotency_key));
}

Json await_request(const Person& person, const Response& accepted) {
  expect_status(202, accepted);
  const std::string href(accepted.data()["request"]["href"].text());
  Response reply;
  const auto decided = [&] {
    reply = person.get(href);
    return reply.status != 503 && reply.data()["state"].text() != "queued";
  };
  expect(await(decided), "an outcome of " + href + " within 10 s");
  expect_status(200, reply);
  return reply.data();
}

std::string book_outcome(const Person& person, const std::string& event_id) {
  return std::string(await_request(person, book(person, event_id))["outcome"].text());
}

std::string cancel_outcome(const Person& person, const std::string& event_id) {
  return std::string(await_request(person, cancel(person, event_id))["outcome"].text());
}

std::vector<Person> people_who_booked(std::size_t count, const std::string& event_id) {
  auto people = make_people(count);
  for (const auto& person : people) await_request(person, book(person, event_id));
  return people;
}

Json status_of(const Person& person, const std::string& event_id) {
  const auto reply = person.get("/v1/events/status/" + event_id);
  expect_status(200, reply);
  return reply.data();
}

Json booking_of_event(const Person& person, const std::string& event_id) {
  const auto reply = person.get("/v1/bookings?event_id=" + event_id);
  expect_status(200, reply);
  return reply.data()["data"].at(0);
}

Json notification_of(const Person& person, const std::string& kind) {
  const auto reply = person.get("/v1/notifications");
  expect_status(200, reply);
  const Json list = reply.data()["data"];
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list.at(i)["kind"].text() == kind) return list.at(i);
  }
  return {};
}

Json await_notification(const Person& person, const std::string& kind) {
  Json found;
  await([&] { return !(found = notification_of(person, kind)).is_null(); });
  return found;
}

}  // namespace ticketd::e2e
