#include "support/door_steps.h"

#include "support/booking_steps.h"
#include "support/stack_database.h"
#include "support/token_forge.h"

namespace ticketd::e2e {
namespace {

Json with(Json body, MoreFields more) {
  for (const auto& [name, value] : more) body.set(name, value);
  return body;
}

bool is_code(std::string_view text) {
  constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  return text.size() == 44 && text.starts_with("T1") &&
         text.substr(2).find_first_not_of(kLetters) == std::string_view::npos;
}

bool has_text_or_null(const Json& object, const char* field) {
  return object.has(field) && (object[field].is_null() || object[field].is_string());
}

bool has_time_or_null(const Json& object, const char* field) {
  return object.has(field) && (object[field].is_null() || is_wire_time(object[field]));
}

}  // namespace

std::string create_event_tonight(const Person& owner, int tickets, MoreFields more) {
  const auto body = event_body({.tickets = tickets, .max_per_user = 100, .starts_in = std::chrono::hours(2)});
  const auto reply = owner.post("/v1/events/initialize", with(body, more));
  expect_status(201, reply);
  return std::string(reply.data()["id"].text());
}

Person make_admin() {
  auto person = make_person();
  query("UPDATE users SET role = 'admin' WHERE id = $1::uuid", person.id);
  return person;
}

Json must_book(const Person& person, const std::string& event, int quantity) {
  const Json request = book_group(person, event, quantity);
  expect_text("confirmed", request["outcome"].text());
  return request["booking"];
}

std::string tickets_path(const Json& booking, const std::string& behind) {
  return "/v1/bookings/" + std::string(booking["id"].text()) + "/tickets" + behind;
}

Json tickets_of(const Person& person, const Json& booking) {
  const auto reply = person.get(tickets_path(booking));
  expect_success(200, "tickets found", reply);
  return reply.data();
}

std::string numbers_in(const Json& tickets) {
  std::string numbers;
  for (std::size_t i = 0; i < tickets.size(); ++i)
    numbers += (i == 0 ? "" : " ") + std::to_string(tickets.at(i)["number"].integer());
  return numbers;
}

std::string code_in(const Json& tickets, int number) {
  for (std::size_t i = 0; i < tickets.size(); ++i) {
    if (tickets.at(i)["number"].integer() == number) return std::string(tickets.at(i)["code"].text());
  }
  return "";
}

std::string door_path(const std::string& event, const std::string& behind) { return "/v1/events/" + event + behind; }

Response set_door(const Person& owner, const std::string& event, const Json& body) {
  return owner.patch(door_path(event, "/door"), body);
}

Json scan_of(const std::string& code, MoreFields more) {
  return with(Json::object({{"code", code}, {"nonce", fresh_uuid()}}), more);
}

Response scan(const Person& steward, const std::string& event, const Json& body) {
  return steward.post(door_path(event, "/checkins"), body);
}

Json scanned(const Person& steward, const std::string& event, const std::string& code, MoreFields more, Where where) {
  const auto reply = scan(steward, event, scan_of(code, more));
  expect_success(200, "scan answered", reply, where);
  expect_checkin(reply.data(), where);
  return reply.data();
}

Response undo(const Person& steward, const std::string& event, const Json& checkin) {
  return steward.del(door_path(event, "/checkins/" + std::string(checkin["id"].text())));
}

Json late_scan(const std::string& code, std::chrono::milliseconds ago, MoreFields more) {
  return with(scan_of(code, {{"scanned_at", time_in(-ago)}}), more);
}

Response send_late(const Person& steward, const std::string& event, const std::vector<Json>& scans,
                   const std::string& sent_at) {
  Json list = Json::array();
  for (const auto& scan : scans) list.push(scan);
  return steward.post(door_path(event, "/checkins/batch"),
                      Json::object({{"sent_at", sent_at.empty() ? time_in({}) : sent_at}, {"scans", list}}));
}

Json must_send_late(const Person& steward, const std::string& event, const std::vector<Json>& scans, Where where) {
  const auto reply = send_late(steward, event, scans);
  expect_success(200, "scans answered", reply, where);
  const Json checkins = reply.data()["checkins"];
  expect(checkins.size() == scans.size(), "an answer to each: " + checkins.dump(), where);
  for (std::size_t i = 0; i < checkins.size(); ++i) expect_checkin(checkins.at(i), where);
  return checkins;
}

Json checkins_of(const Person& owner, const std::string& event, const std::string& parameters) {
  const auto reply = owner.get(door_path(event, "/checkins") + parameters);
  expect_success(200, "checkins found", reply);
  return reply.data();
}

std::string results_in(const Json& checkins) {
  std::string results;
  for (std::size_t i = 0; i < checkins.size(); ++i) {
    const Json checkin = checkins.at(i);
    results += (i == 0 ? "" : " ") + std::string(checkin["result"].text());
    if (!checkin["because"].is_null()) results += ':' + std::string(checkin["because"].text());
  }
  return results;
}

void expect_ticket(const Json& ticket, Where where) {
  const auto state = ticket["state"].text();
  const bool whole = ticket["number"].is_integer() && is_code(ticket["code"].text()) &&
                     has_text_or_null(ticket, "holder_name") && (state == "valid" || state == "admitted") &&
                     has_time_or_null(ticket, "admitted_at") && ticket["admitted_at"].is_null() == (state == "valid");
  expect(whole, "a ticket: " + ticket.dump(), where);
}

void expect_checkin(const Json& checkin, Where where) {
  const auto result = checkin["result"].text();
  const Json ticket = checkin["ticket"], first = checkin["first"];
  bool whole = is_uuid(checkin["id"]) && is_uuid(checkin["user_id"]) && is_wire_time(checkin["scanned_at"]) &&
               is_wire_time(checkin["created_at"]) && has_time_or_null(checkin, "undone_at") &&
               has_text_or_null(checkin, "gate") && has_text_or_null(checkin, "device");
  whole = whole && has_text_or_null(checkin, "because") && checkin["because"].is_null() == (result != "conflict");
  whole = whole && checkin.has("ticket") && ticket.is_null() == (result == "unknown" || result == "wrong_event");
  whole = whole &&
          (ticket.is_null() || (is_uuid(ticket["booking_id"]) && ticket["number"].is_integer() &&
                                has_text_or_null(ticket, "holder_name") && has_text_or_null(ticket, "ticket_type")));
  whole = whole && checkin.has("first") &&
          (first.is_null() || (is_wire_time(first["at"]) && has_text_or_null(first, "gate")));
  expect(whole, "a check-in: " + checkin.dump(), where);
}

void DoorTest::setup() {
  FriendsTest::setup();
  event = create_event_tonight(owner, 10);
  booking = must_book(ann, event, 3);
  tickets = tickets_of(ann, booking);
}

std::string DoorTest::result(const std::string& shown, MoreFields more) const {
  return std::string(scanned(owner, event, shown, more)["result"].text());
}

}  // namespace ticketd::e2e
