#include "support/group_steps.h"

#include "support/booking_steps.h"
#include "support/checks.h"

namespace ticketd::e2e {
namespace {

std::vector<std::string> key_header(const std::string& key) {
  if (key.empty()) return {};
  return {"Idempotency-Key: " + key};
}

std::string path_of(const Json& booking) { return "/v1/bookings/" + std::string(booking["id"].text()); }

std::string outcome_of(const Person& person, const Response& accepted) {
  return std::string(await_request(person, accepted)["outcome"].text());
}

std::string seats_in(const Json& shown) {
  return std::to_string(shown["available_tickets"].integer()) + "/" +
         std::to_string(shown["waiting_list_count"].integer()) + "/" +
         std::to_string(shown["waiting_tickets"].integer());
}

}  // namespace

std::string create_group_event(const Person& owner, int tickets, MoreFields more) {
  Json body = event_body({.tickets = tickets, .max_per_user = 100, .starts_in = std::chrono::hours(48)});
  for (const auto& [name, value] : more) body.set(name, value);
  const auto reply = owner.post("/v1/events/initialize", body);
  expect_status(201, reply);
  return std::string(reply.data()["id"].text());
}

Response ask_for(const Person& person, const std::string& event_id, const Json& quantity, MoreFields more,
                 const std::string& idempotency_key) {
  Json body = Json::object({{"event_id", event_id}, {"quantity", quantity}});
  for (const auto& [name, value] : more) body.set(name, value);
  return person.post("/v1/events/book", body, key_header(idempotency_key));
}

Json book_group(const Person& person, const std::string& event_id, int quantity, MoreFields more) {
  return await_request(person, ask_for(person, event_id, quantity, more));
}

Response give_back(const Person& person, const Json& booking, const Json& body, const std::string& idempotency_key) {
  return person.post(path_of(booking) + "/cancel", body, key_header(idempotency_key));
}

Response change_booking(const Person& person, const Json& booking, const Json& body,
                        const std::string& idempotency_key) {
  return send(person.request("PATCH", path_of(booking), body, key_header(idempotency_key)));
}

Response confirm(const Person& person, const Json& booking, const Json& body, const std::string& idempotency_key) {
  return person.post(path_of(booking) + "/confirm", body, key_header(idempotency_key));
}

Response confirm_for(const Person& organiser, const Json& booking, const Json& body,
                     const std::string& idempotency_key) {
  return organiser.post("/v1/events/" + std::string(booking["event_id"].text()) + "/bookings/" +
                            std::string(booking["id"].text()) + "/confirm",
                        body, key_header(idempotency_key));
}

std::string give_back_outcome(const Person& person, const Json& booking, int quantity) {
  return outcome_of(person, give_back(person, booking, Json::object({{"quantity", quantity}})));
}

std::string change_outcome(const Person& person, const Json& booking, const Json& body) {
  return outcome_of(person, change_booking(person, booking, body));
}

Json read_again(const Person& person, const Json& booking) {
  const auto reply = person.get(path_of(booking));
  expect_status(200, reply);
  expect_booking(reply.data());
  return reply.data();
}

std::string seats_of(const Person& person, const std::string& event_id) {
  const auto event = person.get("/v1/events/" + event_id);
  expect_status(200, event);
  const auto seats = seats_in(event.data());
  expect_text(seats, seats_in(status_of(person, event_id)));
  return seats;
}

}  // namespace ticketd::e2e
