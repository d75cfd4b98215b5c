// What every answer has to look like, whatever it is about. Each check fails at the line that called it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "support/http_client.h"
#include "support/where.h"

namespace ticketd::e2e {

using tests::Where;

void expect(bool holds, const std::string& what, Where where = Where::current());
void expect_text(std::string_view expected, std::string_view actual, Where where = Where::current());
void expect_number(std::int64_t expected, const Json& actual, Where where = Where::current());
void expect_contains(std::string_view part, std::string_view whole, Where where = Where::current());

// The status alone; says the body where it is another.
void expect_status(int status, const Response& reply, Where where = Where::current());

// The success envelope, {"success": true, "message", "data"}, and no secret anywhere in it.
void expect_success(int status, std::string_view message, const Response& reply, Where where = Where::current());

// The same where the contract leaves the message open.
void expect_success(int status, const Response& reply, Where where = Where::current());

// RFC 9457 and the error envelope in one, X-Request-Id, and what the status asks for: WWW-Authenticate with 401, Allow
// with 405, Retry-After with 429 and 503, `errors` with validation_failed and only there.
void expect_problem(int status, std::string_view code, const Response& reply, Where where = Where::current());

// A problem that names exactly these fields as bad.
void expect_bad_fields(std::vector<std::string> fields, const Response& reply, Where where = Where::current());

// A 400 for an id in the body that is none: `invalid_id`, or `validation_failed` with this field alone.
void expect_bad_id(const std::string& field, const Response& reply, Where where = Where::current());

// 2026-11-22T14:11:43.250Z
bool is_wire_time(const Json& value);
bool is_uuid(const Json& value);

// The objects of the contract, field by field.
void expect_user(const Json& user, Where where = Where::current());
void expect_event(const Json& event, Where where = Where::current());
void expect_notification(const Json& notification, Where where = Where::current());
void expect_booking(const Json& booking, Where where = Where::current());

}  // namespace ticketd::e2e
