#include "support/checks.h"

#include <CppUTest/Utest.h>
#include <CppUTest/UtestMacros.h>

#include <algorithm>

#include "base/time.h"
#include "base/uuid.h"

namespace ticketd::e2e {
namespace {

std::string seen(const Response& reply) {
  return "\n\tgot " + std::to_string(reply.status) + " " + reply.error + reply.body.substr(0, 800);
}

bool is_positive_number(const std::string& text) {
  return !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos && text != "0";
}

void expect_headers_of_problem(int status, const Response& reply, Where where) {
  expect_contains("application/problem+json", reply.header("content-type"), where);
  const auto code = reply.json["code"].text();
  const bool bad_token = code == "token_invalid" || code == "token_expired";
  if (status == 401)
    expect_text(bad_token ? "Bearer error=\"invalid_token\"" : "Bearer", reply.header("www-authenticate"), where);
  if (status == 405) expect(!reply.header("allow").empty(), "405 without Allow", where);
  if (status == 429 || status == 503) {
    expect(is_positive_number(reply.header("retry-after")), "no Retry-After in seconds" + seen(reply), where);
  }
}

bool text_or_null(const Json& value) { return value.is_string() || value.is_null(); }
bool number_or_null(const Json& value) { return value.is_integer() || value.is_null(); }
bool time_or_null(const Json& value) { return value.is_null() || is_wire_time(value); }

}  // namespace

void expect(bool holds, const std::string& what, Where where) {
  CHECK_TRUE_LOCATION(holds, "expected", what.c_str(), nullptr, where.file_name(), where.line());
}

void expect_text(std::string_view expected, std::string_view actual, Where where) {
  const std::string wanted(expected), got(actual);
  STRCMP_EQUAL_LOCATION(wanted.c_str(), got.c_str(), nullptr, where.file_name(), where.line());
}

void expect_number(std::int64_t expected, const Json& actual, Where where) {
  expect(actual.is_integer(), "an integer, not " + actual.dump(), where);
  LONGLONGS_EQUAL_LOCATION(expected, actual.integer(), nullptr, where.file_name(), where.line());
}

void expect_contains(std::string_view part, std::string_view whole, Where where) {
  expect(whole.find(part) != std::string_view::npos, "\"" + std::string(part) + "\" in: " + std::string(whole), where);
}

void expect_status(int status, const Response& reply, Where where) {
  expect(reply.status == status, "status " + std::to_string(status) + seen(reply), where);
}

void expect_success(int status, const Response& reply, Where where) {
  expect_status(status, reply, where);
  expect_contains("application/json", reply.header("content-type"), where);
  expect(reply.json["success"].boolean(), "success is true" + seen(reply), where);
  expect(!reply.json["message"].text().empty(), "a message" + seen(reply), where);
  expect(reply.json.has("data"), "data" + seen(reply), where);
  expect(!reply.header("x-request-id").empty(), "an X-Request-Id", where);
  for (const char* secret : {"argon2", "password_hash", "passwordHash"}) {
    expect(reply.body.find(secret) == std::string::npos, "no password hash" + seen(reply), where);
  }
}

void expect_success(int status, std::string_view message, const Response& reply, Where where) {
  expect_success(status, reply, where);
  expect_text(message, reply.json["message"].text(), where);
}

void expect_problem(int status, std::string_view code, const Response& reply, Where where) {
  expect_status(status, reply, where);
  const Json& problem = reply.json;
  expect_text(code, problem["code"].text(), where);
  expect(problem["success"].is_boolean() && !problem["success"].boolean(), "success is false" + seen(reply), where);
  expect(problem.has("data") && problem["data"].is_null(), "data is null" + seen(reply), where);
  expect_number(status, problem["status"], where);
  expect_text("/docs/errors#" + std::string(code), problem["type"].text(), where);
  for (const char* field : {"message", "title"}) {
    expect(!problem[field].text().empty(), std::string(field) + " is a text" + seen(reply), where);
  }
  expect(!problem["request_id"].text().empty(), "request_id is a text" + seen(reply), where);
  expect_text(reply.header("x-request-id"), problem["request_id"].text(), where);
  expect(problem.has("errors") == (code == "validation_failed"), "errors with validation_failed alone" + seen(reply),
         where);
  expect_headers_of_problem(status, reply, where);
}

void expect_bad_fields(std::vector<std::string> fields, const Response& reply, Where where) {
  expect_problem(400, "validation_failed", reply, where);
  const Json errors = reply.json["errors"];
  std::vector<std::string> named;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    named.emplace_back(errors.at(i)["field"].text());
    expect(!errors.at(i)["code"].text().empty() && !errors.at(i)["message"].text().empty(),
           "code and message of each error" + seen(reply), where);
  }
  std::sort(fields.begin(), fields.end());
  std::sort(named.begin(), named.end());
  expect(named == fields, "exactly the bad fields" + seen(reply), where);
}

void expect_bad_id(const std::string& field, const Response& reply, Where where) {
  if (reply.json["code"].text() == "invalid_id") return expect_problem(400, "invalid_id", reply, where);
  expect_bad_fields({field}, reply, where);
}

bool is_wire_time(const Json& value) {
  return value.text().size() == 24 && value.text().ends_with('Z') && parse_time(value.text()).has_value();
}

bool is_uuid(const Json& value) { return Uuid::parse(value.text()).has_value(); }

void expect_user(const Json& user, Where where) {
  const bool whole = is_uuid(user["id"]) && user["role"].is_string() && user.has("name") &&
                     text_or_null(user["name"]) && user["email"].is_string() && is_wire_time(user["created_at"]) &&
                     is_wire_time(user["updated_at"]) && user["email_verified"].is_boolean();
  expect(whole, "a user: " + user.dump(), where);
}

void expect_event(const Json& event, Where where) {
  bool whole = is_uuid(event["id"]) && is_uuid(event["user_id"]);
  for (const char* field : {"title", "location", "description", "state", "confirmed_by", "line_closes", "visibility"})
    whole = whole && event[field].is_string();
  for (const char* field :
       {"total_tickets", "available_tickets", "waiting_list_count", "waiting_tickets", "max_per_user",
        "max_per_booking", "max_skips", "saving_stops_hours", "hold_minutes", "offer_minutes", "offer_stops_minutes"}) {
    whole = whole && event[field].is_integer();
  }
  for (const char* field : {"start_date_time", "end_date_time", "created_at", "updated_at"}) {
    whole = whole && is_wire_time(event[field]);
  }
  whole = whole && event.has("timezone") && text_or_null(event["timezone"]);
  const Json counted = event["_count"];
  whole = whole && counted["event_tickets"].is_integer() && counted["event_ticket_waiting_list"].is_integer();
  expect(whole, "an event: " + event.dump(), where);
}

void expect_notification(const Json& notification, Where where) {
  bool whole = is_uuid(notification["id"]) && is_uuid(notification["user_id"]) && notification["kind"].is_string() &&
               !notification["message"].text().empty();
  for (const char* field : {"created_at", "updated_at"}) whole = whole && is_wire_time(notification[field]);
  for (const char* field : {"event_id", "booking_id"}) {
    whole = whole && notification.has(field) && (notification[field].is_null() || is_uuid(notification[field]));
  }
  whole = whole && notification.has("read_at") && time_or_null(notification["read_at"]);
  expect(whole, "a notification: " + notification.dump(), where);
}

void expect_booking(const Json& booking, Where where) {
  bool whole = is_uuid(booking["id"]) && is_uuid(booking["event_id"]) && is_uuid(booking["user_id"]);
  whole = whole && booking["state"].is_string() && booking.has("position") && number_or_null(booking["position"]);
  whole = whole && booking.has("expires_at") && time_or_null(booking["expires_at"]) &&
          booking["expires_at"].is_null() == (booking["state"].text() != "held");
  whole = whole && booking.has("reason") && text_or_null(booking["reason"]);
  whole = whole && booking["quantity"].is_integer() && booking["accept_fewer"].is_boolean() &&
          booking.has("remainder") && text_or_null(booking["remainder"]);
  for (const char* field : {"tickets_ahead", "skips_left"})
    whole = whole && booking.has(field) && booking[field].is_null() == booking["position"].is_null() &&
            number_or_null(booking[field]);
  for (const char* field : {"created_at", "updated_at"}) whole = whole && is_wire_time(booking[field]);
  for (const char* field : {"promoted_at", "cancelled_at"}) {
    whole = whole && booking.has(field) && time_or_null(booking[field]);
  }
  const Json event = booking["event"];
  whole = whole && is_uuid(event["id"]) && event["title"].is_string() && event["location"].is_string() &&
          is_wire_time(event["start_date_time"]);
  expect(whole, "a booking: " + booking.dump(), where);
}

}  // namespace ticketd::e2e
