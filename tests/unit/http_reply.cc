#include "http/reply.h"

#include <algorithm>
#include <map>
#include <set>

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::http;
using namespace ticketd::tests;

namespace {

// The header's value, "" if there is none.
std::string header(const Reply& reply, std::string_view name) {
  const auto found =
      std::ranges::find(reply.headers, name, [](const auto& entry) { return std::string_view(entry.first); });
  return found == reply.headers.end() ? "" : found->second;
}

// API.md's table.
const std::map<std::string, int> kTable = {{"invalid_json", 400},
                                           {"validation_failed", 400},
                                           {"invalid_id", 400},
                                           {"wrong_password", 400},
                                           {"quantity_over_limit", 400},
                                           {"invalid_link", 400},
                                           {"token_missing", 401},
                                           {"token_invalid", 401},
                                           {"token_expired", 401},
                                           {"invalid_credentials", 401},
                                           {"invalid_refresh_token", 401},
                                           {"not_event_owner", 403},
                                           {"not_yours_to_confirm", 403},
                                           {"email_not_verified", 403},
                                           {"route_not_found", 404},
                                           {"event_not_found", 404},
                                           {"booking_not_found", 404},
                                           {"request_not_found", 404},
                                           {"calendar_not_found", 404},
                                           {"webhook_not_found", 404},
                                           {"delivery_not_found", 404},
                                           {"ticket_type_not_found", 404},
                                           {"pool_not_found", 404},
                                           {"email_taken", 409},
                                           {"mail_off", 409},
                                           {"webhooks_off", 409},
                                           {"webhook_disabled", 409},
                                           {"too_many_webhooks", 409},
                                           {"event_over", 409},
                                           {"event_cancelled", 409},
                                           {"capacity_below_confirmed", 409},
                                           {"not_waiting", 409},
                                           {"not_held", 409},
                                           {"offer_expired", 409},
                                           {"sale_not_started", 409},
                                           {"sale_ended", 409},
                                           {"type_has_bookings", 409},
                                           {"line_not_empty", 409},
                                           {"ticket_admitted", 409},
                                           {"ticket_not_found", 404},
                                           {"checkin_not_found", 404},
                                           {"too_many_events", 409},
                                           {"organises_events", 409},
                                           {"precondition_failed", 412},
                                           {"body_too_large", 413},
                                           {"unsupported_media_type", 415},
                                           {"idempotency_key_reused", 422},
                                           {"rate_limited", 429},
                                           {"queue_full", 503},
                                           {"queue_unavailable", 503},
                                           {"database_unavailable", 503},
                                           {"busy", 503},
                                           {"internal_error", 500}};

}  // namespace

TEST_GROUP(Reply){};

TEST(Reply, HasTheEnvelopeOfSuccess) {
  const auto reply = success(201, "made", JsonText::object({{"id", 7}}));
  LONGS_EQUAL(201, reply.status);
  expect_text(R"({"success":true,"message":"made","data":{"id":7}})", reply.body);
  expect_text("application/json", header(reply, "Content-Type"));
}

TEST(Reply, HasTheShapeOfAProblemForEveryCode) {
  for (const auto code : all_codes()) {
    const auto reply = problem({code}, "req-1");
    const auto body = *Json::parse(reply.body);
    expect_text("application/problem+json", header(reply, "Content-Type"));
    CHECK_TRUE(body.has("success") && !body["success"].boolean() && body.has("data") && body["data"].is_null());
    expect_text("/docs/errors#" + std::string(name_of(code)), body["type"].text());
    expect_text(name_of(code), body["code"].text());
    expect_text("req-1", body["request_id"].text());
    CHECK_FALSE(body["message"].text().empty() || body["title"].text().empty());
    LONGS_EQUAL(reply.status, body["status"].integer());
    CHECK_FALSE(body.has("errors"));
    expect_text(name_of(code), reply.code);
  }
}

TEST(Reply, HasTheStatusOfApisTableForEveryCode) {
  std::set<std::string> seen;
  for (const auto code : all_codes()) {
    const std::string name(name_of(code));
    CHECK_TRUE_TEXT(kTable.contains(name), name.c_str());
    LONGS_EQUAL_TEXT(kTable.at(name), status_of(code), name.c_str());
    CHECK_TRUE_TEXT(seen.insert(name).second, name.c_str());
  }
  LONGS_EQUAL(kTable.size(), seen.size());
}

TEST(Reply, TitlesAProblemWithItsStatusPhrase) {
  const std::map<int, std::string> titles = {{400, "Bad Request"},
                                             {401, "Unauthorized"},
                                             {403, "Forbidden"},
                                             {404, "Not Found"},
                                             {409, "Conflict"},
                                             {412, "Precondition Failed"},
                                             {413, "Content Too Large"},
                                             {415, "Unsupported Media Type"},
                                             {422, "Unprocessable Content"},
                                             {429, "Too Many Requests"},
                                             {500, "Internal Server Error"},
                                             {503, "Service Unavailable"}};
  for (const auto code : all_codes())
    expect_text(titles.at(status_of(code)), (*Json::parse(problem({code}, "").body))["title"].text());
}

TEST(Reply, HasAPhraseForEachStatusThatIsSent) {
  const std::map<int, std::string> phrases = {{200, "OK"}, {201, "Created"}, {202, "Accepted"}, {304, "Not Modified"}};
  for (const auto& [status, phrase] : phrases) expect_text(phrase, phrase_of(status));
}

TEST(Reply, AsksForABearerTokenWith401Alone) {
  for (const auto code : all_codes()) {
    const bool bad_token = code == Code::token_invalid || code == Code::token_expired;
    const auto* challenge = bad_token ? "Bearer error=\"invalid_token\"" : status_of(code) == 401 ? "Bearer" : "";
    expect_text(challenge, header(problem({code}, ""), "WWW-Authenticate"));
  }
}

TEST(Reply, SaysWhenToTryAgainWith429And503) {
  for (const auto code : all_codes()) {
    const bool later = status_of(code) == 429 || status_of(code) == 503;
    CHECK_EQUAL(later, !header(problem({code}, ""), "Retry-After").empty());
  }
  expect_text("42", header(problem({Code::rate_limited, "", {}, 42}, ""), "Retry-After"));
}

TEST(Reply, ListsEveryBadField) {
  const Refusal refusal{Code::validation_failed, "", {{"email", "required", "email is required"}, {"a", "b", "c\""}}};
  const auto errors = (*Json::parse(problem(refusal, "").body))["errors"];
  LONGS_EQUAL(2, errors.size());
  expect_text(R"({"field":"email","code":"required","message":"email is required"})", errors.at(0).dump());
  expect_text("c\"", errors.at(1)["message"].text());
}

TEST(Reply, PrefersTheRefusalsOwnMessage) {
  expect_text("mine", (*Json::parse(problem({Code::invalid_id, "mine"}, "").body))["message"].text());
}

TEST_GROUP(ETag) {
  Request request;
  const Reply reply = success(200, "found", JsonText::object({{"n", 1}}));
  const std::string tag = header(with_etag(reply, request), "ETag");

  int status_with(const std::string& if_none_match) {
    request.headers["if-none-match"] = if_none_match;
    return with_etag(reply, request).status;
  }
};

TEST(ETag, IsStrongAndQuoted) {
  CHECK_TRUE(tag.starts_with('"') && tag.ends_with('"') && tag.size() > 10);
  expect_text("private, no-cache", header(with_etag(reply, request), "Cache-Control"));
}

TEST(ETag, ChangesWithTheBody) {
  expect_text(tag, header(with_etag(reply, request), "ETag"));
  CHECK_FALSE(tag == header(with_etag(success(200, "found", JsonText::object({{"n", 2}})), request), "ETag"));
}

TEST(ETag, Gives304WithoutABodyButWithTheTag) {
  request.headers["if-none-match"] = tag;
  const auto same = with_etag(reply, request);
  LONGS_EQUAL(304, same.status);
  expect_text("", same.body);
  expect_text(tag, header(same, "ETag"));
}

TEST(ETag, IsFoundInAListAndComparedWeakly) {
  LONGS_EQUAL(304, status_with("\"x\", " + tag + ", W/\"y\""));
  LONGS_EQUAL(304, status_with("\"x\"," + tag));
  LONGS_EQUAL(304, status_with("W/" + tag));
  LONGS_EQUAL(304, status_with("*"));
}

TEST(ETag, IsNotFoundInOtherTags) {
  for (const auto& other : {std::string(), std::string("W/\"other\""), std::string("\"*\""), std::string("W/\"\""),
                            tag.substr(1, 32), "W/\"x" + tag.substr(1), tag.substr(0, tag.size() - 2) + "\""})
    LONGS_EQUAL_TEXT(200, status_with(other), other.c_str());
}

TEST(ETag, IsLeftAwayFromWhatIsNo200) {
  request.headers["if-none-match"] = "*";
  const auto refused = with_etag(problem({Code::event_not_found}, ""), request);
  LONGS_EQUAL(404, refused.status);
  expect_text("", header(refused, "ETag"));
}
