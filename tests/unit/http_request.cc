#include "http/request.h"

#include "http/reply.h"
#include "support/fakes.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::http;
using namespace ticketd::tests;

namespace {

Request with_body(std::string body, std::string content_type = "application/json") {
  Request request;
  request.body = std::move(body);
  request.content_type = std::move(content_type);
  return request;
}

std::string_view refused_as(const Request& request) {
  const auto json = request.json_body();
  return json.ok() ? "accepted" : name_of(json.refusal().code);
}

}  // namespace

TEST_GROUP(JsonBody){};

TEST(JsonBody, TakesAnObject) {
  const auto json = with_body(R"({"a":1})").json_body();
  LONGS_EQUAL(1, (*json)["a"].integer());
}

TEST(JsonBody, TakesItsMediaTypeInAnySpelling) {
  for (const auto* type :
       {"application/json", "Application/JSON", "application/json; charset=utf-8", " application/json ;charset=UTF-8"})
    STRCMP_EQUAL_TEXT("accepted", std::string(refused_as(with_body("{}", type))).c_str(), type);
}

TEST(JsonBody, RefusesAnotherMediaType) {
  for (const auto* type :
       {"", "text/plain", "application/jsonx", "application/x-www-form-urlencoded", "text/plain; application/json"})
    STRCMP_EQUAL_TEXT("unsupported_media_type", std::string(refused_as(with_body("{}", type))).c_str(), type);
}

TEST(JsonBody, TakesMoreWhereTheEndpointDoes) {
  auto request = with_body(R"({"a":")" + std::string(20'000, 'x') + R"("})");
  expect_text("body_too_large", refused_as(request));
  STRCMP_CONTAINS("16 KiB", request.json_body().refusal().message.c_str());
  request.body_limit = std::size_t{32} * 1024;
  expect_text("accepted", refused_as(request));
}

TEST(JsonBody, TakesUpTo16KiB) {
  const std::string frame = R"({"a":""})";
  const std::string full = R"({"a":")" + std::string(16 * 1024 - frame.size(), 'x') + R"("})";
  LONGS_EQUAL(16 * 1024, full.size());
  expect_text("accepted", refused_as(with_body(full)));
  expect_text("body_too_large", refused_as(with_body(full + " ")));
}

TEST(JsonBody, RefusesWhatIsNoObject) {
  for (const auto* body : {"", "null", "[]", "7", "\"x\"", "{", "{}{}", R"({"a":1,"a":2})", R"({"a":"\u0000"})",
                           "{\"a\":\"\xff\"}", R"({"a":99999999999999999999})"})
    STRCMP_EQUAL_TEXT("invalid_json", std::string(refused_as(with_body(body))).c_str(), body);
}

TEST(JsonBody, RefusesANestingBomb) {
  expect_text("invalid_json", refused_as(with_body(R"({"a":)" + std::string(16'000, '[') + "}")));
}

TEST(JsonBody, RefusesABodyThatWasCutOff) {
  auto request = with_body("{}");
  request.body_complete = false;
  expect_text("invalid_json", refused_as(request));
}

TEST(JsonBody, RefusesABodyOfWhichNothingArrived) {
  auto request = with_body("");
  request.body_complete = false;
  CHECK_FALSE(request.json_body().ok());
}

TEST(JsonBody, ThatIsMissingIsToldSoWhateverItsType) {
  for (const auto* type : {"", "application/json", "text/plain"})
    STRCMP_EQUAL_TEXT("invalid_json", std::string(refused_as(with_body("", type))).c_str(), type);
  auto request = with_body("", "");
  request.method = "DELETE";
  STRCMP_CONTAINS("DELETE /v1/bookings/", request.json_body().refusal().message.c_str());
}

TEST(JsonBody, MayBeginWithAByteOrderMark) {
  expect_text("accepted", refused_as(with_body("\xef\xbb\xbf{}")));
  expect_text("invalid_json", refused_as(with_body("\xef\xbb\xbf\xef\xbb\xbf{}")));
}

TEST(JsonBody, IsNotReadEncoded) {
  auto request = with_body("{}");
  request.headers["content-encoding"] = "Identity";
  expect_text("accepted", refused_as(request));
  request.headers["content-encoding"] = "gzip";
  expect_text("unsupported_media_type", refused_as(request));
  STRCMP_CONTAINS("Content-Encoding", request.json_body().refusal().message.c_str());
}

TEST(JsonBody, OfAMergePatchIsToldHowToBeSent) {
  const auto refused = with_body("{}", "application/merge-patch+json").json_body();
  CHECK_TRUE(refused.refusal().code == Code::unsupported_media_type);
  STRCMP_CONTAINS("application/json", refused.refusal().message.c_str());
}

TEST(JsonBody, IsRefusedWithAMessageWhateverTheBytes) {
  SeededRandom random;
  for (int i = 0; i < 3'000; ++i) {
    std::string body = R"({"name":"Zo\u00eb é","n":[1,-2.5e3,{"a":null}],"b":true})";
    for (int hits = 1 + random.below(3); hits > 0; --hits)
      body[static_cast<std::size_t>(random.below(static_cast<int>(body.size())))] =
          static_cast<char>(random.below(256));
    const auto json = with_body(body).json_body();
    if (json.ok()) continue;
    const auto reply = Json::parse(problem(json.refusal(), "r").body);
    CHECK_TRUE(reply.has_value() && (*reply)["message"].text().starts_with("The body"));
  }
}

TEST_GROUP(Request) { Request request; };

TEST(Request, DecodesPercentSigns) {
  expect_text("a b c", percent_decoded("a%20b+c"));
  expect_text("\xc3\xa9&=", percent_decoded("%c3%A9%26%3D"));
  expect_text("%41", percent_decoded("%2541"));
}

TEST(Request, KeepsAPercentSignWithoutTwoDigits) {
  for (const auto* text : {"%", "%4", "a%", "%zz", "%4g", "%-1", "100%"}) expect_text(text, percent_decoded(text));
  expect_text("%%20", percent_decoded("%%2520").substr(0, 4));
  expect_text("A", percent_decoded("%41"));
}

TEST(Request, FindsQueryValues) {
  request.query = "&a=1&&b=x%3Dy=z&c&d=&a=2&%65=6";
  expect_text("1", *request.query_value("a"));
  expect_text("x=y=z", *request.query_value("b"));
  expect_text("", *request.query_value("c"));
  expect_text("", *request.query_value("d"));
  expect_text("6", *request.query_value("e"));
  CHECK_FALSE(request.query_value("f") || request.query_value("A"));
}

TEST(Request, ReadsAnIdOfThePath) {
  request.path_values = {{"event_id", "0198abcd-ef01-7a2b-8c3d-4e5f60718293"}, {"bad", "7"}};
  expect_text("0198abcd-ef01-7a2b-8c3d-4e5f60718293", request.path_id<EventId>("event_id")->str());
  expect_text("invalid_id", name_of(request.path_id<EventId>("bad").refusal().code));
  expect_text("bad must be a UUID", request.path_id<EventId>("bad").refusal().message);
  CHECK_FALSE(request.path_id<EventId>("missing").ok());
}

TEST(Request, LeavesNothingInAQueryThatEndsALink) {
  request.query = "cursor=1&q=a%20b>;rel=\"x\",<\xc3\xa4&b='(1)'";
  expect_text("q=a%20b%3E;rel=%22x%22,%3C%C3%A4&b='(1)'&", request.query_without({"cursor"}));
}

TEST_GROUP(IdempotencyKey){std::string read(const std::string& header){Request request;
request.headers["idempotency-key"] = header;
const auto key = request.idempotency_key();
return key.ok() ? key->value_or("none") : "refused";
}
}
;

TEST(IdempotencyKey, IsEmptyWithoutTheHeader) { CHECK_FALSE(Request().idempotency_key()->has_value()); }

TEST(IdempotencyKey, IsTheSameQuotedOrBare) {
  expect_text("k-1", read("k-1"));
  expect_text("k-1", read("\"k-1\""));
}

TEST(IdempotencyKey, HasUpTo255Characters) {
  expect_text(std::string(255, 'k'), read(std::string(255, 'k')));
  expect_text(std::string(255, 'k'), read('"' + std::string(255, 'k') + '"'));
  expect_text("refused", read(std::string(256, 'k')));
}

TEST(IdempotencyKey, IsRefusedUnlessVisibleAscii) {
  for (const auto* bad : {"", "\"\"", "a b", "a\tb", "\x7f", "caf\xc3\xa9", " "})
    STRCMP_EQUAL_TEXT("refused", read(bad).c_str(), bad);
}

TEST(IdempotencyKey, MayComeTwiceIfItIsTheSame) {
  expect_text("k-1", read("k-1, \"k-1\", k-1"));
  for (const auto* two : {"k-1, k-2", "k-1, k-1, k-2", "k-1, ", ", k-1", "k-1, k"})
    STRCMP_EQUAL_TEXT("refused", read(two).c_str(), two);
}

TEST(IdempotencyKey, IsNamedInTheRefusal) {
  Request request;
  request.headers["idempotency-key"] = "a b";
  const auto refusal = request.idempotency_key().refusal();
  CHECK_TRUE(refusal.code == Code::validation_failed);
  expect_text("Idempotency-Key", refusal.errors.at(0).field);
}
