#include "support/pool_steps.h"

#include "support/booking_steps.h"
#include "support/checks.h"

namespace ticketd::e2e {
namespace {

Json with(Json object, MoreFields more) {
  for (const auto& [name, value] : more) object.set(name, value);
  return object;
}

std::string path_of(const Json& event) { return "/v1/events/" + id_of(event); }
std::string path_of_pool(const Json& event, const Json& pool) { return path_of(event) + "/pools/" + id_of(pool); }
std::string path_of_type(const Json& event, const Json& type) {
  return path_of(event) + "/ticket-types/" + id_of(type);
}

Json named(const Json& list, const std::string& name) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list.at(i)["name"].text() == name) return list.at(i);
  }
  return {};
}

std::string number(const Json& value) { return std::to_string(value.integer()); }

}  // namespace

Json pool_of(const std::string& name, int capacity, MoreFields more) {
  return with(Json::object({{"name", name}, {"capacity", capacity}}), more);
}

Json type_of(const std::string& name, MoreFields more) { return with(Json::object({{"name", name}}), more); }

Json list_of(std::initializer_list<Json> items) {
  auto list = Json::array();
  for (const auto& item : items) list.push(item);
  return list;
}

Json body_with_pools(const Json& pools, MoreFields more) {
  return with(Json::object({{"title", fresh_title()},
                            {"description", "An evening of songs"},
                            {"location", "The old hall"},
                            {"start_date_time", time_in(std::chrono::hours(48))},
                            {"end_date_time", time_in(std::chrono::hours(50))},
                            {"max_per_user", 100},
                            {"pools", pools}}),
              more);
}

Json create_with_pools(const Person& owner, const Json& pools, MoreFields more) {
  const auto reply = owner.post("/v1/events/initialize", body_with_pools(pools, more));
  expect_status(201, reply);
  return reply.data();
}

Json event_of(const Person& reader, const Json& event) {
  const auto reply = reader.get(path_of(event));
  expect_status(200, reply);
  return reply.data();
}

std::string id_of(const Json& thing) { return std::string(thing["id"].text()); }

Json pool_in(const Json& event, const std::string& name) { return named(event["pools"], name); }
Json type_in(const Json& event, const std::string& name) { return named(event["ticket_types"], name); }

std::string pools_in(const Json& event) {
  std::string text;
  const Json pools = event["pools"];
  for (std::size_t i = 0; i < pools.size(); ++i) {
    const Json pool = pools.at(i);
    const auto open = pool["capacity"].integer() - pool["held_back"].integer();
    text += (i > 0 ? ", " : "") + std::string(pool["name"].text()) + ' ' + std::to_string(open) + '+' +
            number(pool["held_back"]) + ": " + number(pool["available"]) + " free, " + number(pool["waiting_entries"]) +
            " wait for " + number(pool["waiting_tickets"]);
  }
  return text;
}

std::string types_in(const Json& event) {
  std::string text;
  const Json types = event["ticket_types"];
  for (std::size_t i = 0; i < types.size(); ++i)
    text += (i > 0 ? ", " : "") + std::string(types.at(i)["name"].text()) + ' ' + number(types.at(i)["available"]);
  return text;
}

Response add_pool(const Person& owner, const Json& event, const Json& body, const Headers& headers) {
  return owner.post(path_of(event) + "/pools", body, headers);
}

Response change_pool(const Person& owner, const Json& event, const Json& pool, const Json& body,
                     const Headers& headers) {
  return owner.patch(path_of_pool(event, pool), body, headers);
}

Response add_type(const Person& owner, const Json& event, const Json& body, const Headers& headers) {
  return owner.post(path_of(event) + "/ticket-types", body, headers);
}

Response change_type(const Person& owner, const Json& event, const Json& type, const Json& body,
                     const Headers& headers) {
  return owner.patch(path_of_type(event, type), body, headers);
}

Response delete_type(const Person& owner, const Json& event, const Json& type, const Headers& headers) {
  return owner.del(path_of_type(event, type), {}, headers);
}

Response ask_for_type(const Person& person, const Json& event, const Json& type, int quantity, MoreFields more) {
  return person.post(
      "/v1/events/book",
      with(Json::object({{"event_id", event["id"]}, {"ticket_type_id", type["id"]}, {"quantity", quantity}}), more));
}

Json book_type(const Person& person, const Json& event, const Json& type, int quantity, MoreFields more) {
  return await_request(person, ask_for_type(person, event, type, quantity, more));
}

std::string outcome_in(const Json& request) {
  return std::string(request["outcome"].text()) +
         (request.has("reason") ? " " + std::string(request["reason"].text()) : "");
}

std::string type_outcome(const Person& person, const Json& event, const Json& type, int quantity) {
  return outcome_in(book_type(person, event, type, quantity));
}

Json only(const char* field, const Json& value) { return Json::object({{field, value}}); }

Json MembersTest::floor_with_members() {
  const Json members = type_of("Member", {{"visibility", "code"}, {"access_code", kCode}, {"price_label", "8 €"}});
  return list_of(
      {pool_of("Floor", 4, {{"ticket_types", list_of({type_of("Adult"), members})}}), pool_of("Balcony", 2)});
}

void MembersTest::setup() {
  FriendsTest::setup();
  event = create_with_pools(owner, floor_with_members());
  member = type("Member");
}

Response MembersTest::by_code(const Person& person, const std::string& code, int quantity) const {
  return person.post("/v1/events/book",
                     Json::object({{"event_id", event["id"]}, {"access_code", code}, {"quantity", quantity}}));
}

Json MembersTest::must_change(const Json& which, const Json& body) const {
  const auto reply = change_type(owner, event, which, body);
  expect_success(200, "Ticket type updated successfully", reply);
  return reply.data();
}

Json MembersTest::must_add(const Json& body) const {
  const auto reply = add_type(owner, event, body);
  expect_success(201, "Ticket type created successfully", reply);
  return reply.data();
}

}  // namespace ticketd::e2e
