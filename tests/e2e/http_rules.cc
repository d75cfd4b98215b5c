#include <algorithm>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/endpoints.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(Http) {
  Person person;

  void setup() override { person = make_person(); }

  // Everything that takes a body, sent with this one.
  std::vector<Response> sent_everywhere(const std::string& body, const std::vector<std::string>& headers) const {
    std::vector<Response> replies;
    for (const auto& endpoint : endpoints()) {
      if (!endpoint.body) continue;
      Request request = person.request(endpoint.method, endpoint.path, {}, headers);
      request.body = body;
      replies.push_back(send(request));
    }
    return replies;
  }
};

TEST(Http, AnswersAnUnknownPathWith404) {
  for (const char* path : {"/nothing", "/v1", "/v1/", "/v2/users/me", "/v1/auth", "/v1/users", "/v1/users/you",
                           "/v1/bookings/a/b", "/V1/users/me"}) {
    expect_problem(404, "route_not_found", person.get(path));
  }
}

TEST(Http, AnswersAnUnknownPathWith404WhateverTheMethod) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    expect_problem(404, "route_not_found", send(person.request(method, "/nothing")));
  }
}

TEST(Http, AnswersAWrongMethodWith405AndTheRightOnes) {
  for (const auto& resource : resources()) {
    if (std::count(resource.methods.begin(), resource.methods.end(), "PUT") > 0) continue;
    const auto reply = send(person.request("PUT", resource.path));
    expect_problem(405, "method_not_allowed", reply);
    for (const auto& method : resource.methods) expect_contains(method, reply.header("allow"));
    expect(reply.header("allow").find("PUT") == std::string::npos, "no PUT in Allow for " + resource.path);
  }
}

TEST(Http, AnswersAGetWhereThereIsNoneWith405) {
  for (const char* path : {"/v1/auth/login", "/v1/auth/update-password", "/v1/events/book", "/v1/notifications/read"}) {
    const auto reply = person.get(path);
    expect_problem(405, "method_not_allowed", reply);
    expect(reply.header("allow").find("GET") == std::string::npos, std::string("no GET in Allow for ") + path);
  }
}

TEST(Http, SaysInAllowWhatA405WouldHaveTakenAndNothingElsewhere) {
  for (const char* path : {"/nothing", "/v1/users/me"}) {
    const auto reply = send(person.request("TRACE", path));
    expect_problem(405, "method_not_allowed", reply);
    expect_contains("OPTIONS", reply.header("allow"));
  }
  auto large = person.request("PUT", "/v1/events/book");
  large.body = std::string(20'000, 'x');
  const auto reply = send(large);
  expect_problem(413, "body_too_large", reply);
  expect(!reply.has_header("allow"), "no Allow beside a 413");
}

TEST(Http, AnswersAStrangeMethodWithAProblem) {
  const auto reply = send(person.request("BREW", "/v1/users/me"));
  expect(reply.status == 405 || reply.status == 501 || reply.status == 400, "a refusal, not " + reply.body);
}

TEST(Http, TakesJsonAlone) {
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data",
                           "application/jsonp", "json"}) {
    for (const auto& reply : sent_everywhere("{}", {std::string("Content-Type: ") + type})) {
      expect_problem(415, "unsupported_media_type", reply);
    }
  }
}

TEST(Http, TakesNoBodyWithoutAType) {
  for (const auto& reply : sent_everywhere("{}", {"Content-Type:"}))
    expect_problem(415, "unsupported_media_type", reply);
}

TEST(Http, TakesJsonWithACharset) {
  for (const char* type : {"application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON"}) {
    for (const auto& reply : sent_everywhere("[", {std::string("Content-Type: ") + type})) {
      expect_problem(400, "invalid_json", reply);
    }
  }
}

TEST(Http, RefusesAnEmptyBody) {
  for (const auto& reply : sent_everywhere("", {"Content-Type: application/json"})) {
    expect_problem(400, "invalid_json", reply);
  }
}

// What clients that mean well send all the same: each is told what to do instead, or is understood.
TEST(Http, AnswersUsualMistakesHelpfully) {
  const auto id = create_event(person);
  const auto path = "/v1/events/" + id;
  const auto message_of = [](const Response& reply) { return std::string(reply.json["message"].text()); };
  const auto with_body = [&](const char* method, const std::string& at, const std::string& body,
                             const std::vector<std::string>& headers) {
    auto request = person.request(method, at, {}, headers);
    request.body = body;
    return send(request);
  };
  const auto packed = with_body("PATCH", path, "\x1f\x8b\x08\x01", {"Content-Encoding: gzip"});
  expect_problem(415, "unsupported_media_type", packed);
  expect_contains("Content-Encoding", message_of(packed));
  const auto merge = with_body("PATCH", path, "{}", {"Content-Type: application/merge-patch+json"});
  expect_problem(415, "unsupported_media_type", merge);
  expect_contains("application/json", message_of(merge));
  expect_status(200, with_body("PATCH", path, "\xef\xbb\xbf{\"title\":\"Marked\"}", {}));
  const auto slash = person.get(path + "/");
  expect_problem(404, "route_not_found", slash);
  expect_contains("slash", message_of(slash));
  const auto bare = person.del("/v1/events/booking/cancel");
  expect_problem(400, "invalid_json", bare);
  expect_contains("DELETE /v1/bookings/", message_of(bare));
}

TEST(Http, RefusesABodyOverItsEndpointsLimit) {
  for (const auto& headers : {std::vector<std::string>{}, {"Transfer-Encoding: chunked"}}) {
    for (const auto& endpoint : endpoints()) {
      if (!endpoint.body) continue;
      Request request = person.request(endpoint.method, endpoint.path, {}, headers);
      request.body = R"({"x":")" + std::string(endpoint.body_limit, 'x') + "\"}";
      const auto reply = send(request);
      expect_problem(413, "body_too_large", reply);
      expect_contains(std::to_string(endpoint.body_limit / 1024) + " KiB", reply.json["message"].text());
    }
  }
}

TEST(Http, TakesABodyOfExactlyItsEndpointsLimit) {
  for (const auto& endpoint : endpoints()) {
    if (!endpoint.body) continue;
    Request request = person.request(endpoint.method, endpoint.path);
    const std::string wrong = R"({"quantity":0,"opens_minutes":-1)";  // whatever is wrong, it is read
    request.body = wrong + std::string(endpoint.body_limit - wrong.size() - 1, ' ') + "}";
    expect_status(400, send(request));
  }
}

// However a client writes them: each character beyond U+FFFF as two escapes of six bytes.
TEST(Http, TakesTheLongestTextsOfAnyScriptEscaped) {
  const auto escaped = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += R"(\ud83c\udf9f)";
    return text;
  };
  const Json plan = event_body();
  Request request = person.request("POST", "/v1/events/initialize");
  request.body = R"({"title":")" + escaped(255) + R"(","description":")" + escaped(10'000) + R"(","location":")" +
                 escaped(10'000) + R"(","number_of_tickets":1,"start_date_time":")" +
                 std::string(plan["start_date_time"].text()) + R"(","end_date_time":")" +
                 std::string(plan["end_date_time"].text()) + "\"}";
  const auto reply = send(request);
  expect_status(201, reply);
  LONGS_EQUAL(40'000, reply.data()["description"].text().size());
  request = person.request("PATCH", "/v1/events/" + std::string(reply.data()["id"].text()));
  request.body = R"({"location":")" + escaped(10'000) + R"(","description":")" + escaped(10'000) + "\"}";
  expect_status(200, send(request));
}

TEST(Http, AnswersAnEndlessPathWithAProblem) {
  const auto reply = person.get("/v1/events/discover?q=" + std::string(40000, 'x'));
  expect_status(414, reply);
  expect_contains("application/problem+json", reply.header("content-type"));
  CHECK_TRUE(reply.json["success"].is_boolean() && !reply.json["success"].boolean());
}

TEST(Http, AnswersEndlessHeadersWithAProblem) {
  const auto reply = person.get("/v1/users/me", {"X-Padding: " + std::string(40000, 'x')});
  expect_status(431, reply);
  expect_contains("application/problem+json", reply.header("content-type"));
  CHECK_TRUE(reply.json["success"].is_boolean() && !reply.json["success"].boolean());
}

TEST(Http, AnswersAnUnknownTransferEncodingWithAProblem) {
  expect_problem(501, "not_implemented", person.get("/v1/users/me", {"Transfer-Encoding: gzip"}));
}

TEST(Http, RepeatsTheRequestIdOfTheCaller) {
  expect_text("order-7.a_B", person.get("/v1/users/me", {"X-Request-Id: order-7.a_B"}).header("x-request-id"));
  const auto problem = person.get("/nothing", {"X-Request-Id: order-8"});
  expect_problem(404, "route_not_found", problem);
  expect_text("order-8", problem.header("x-request-id"));
}

TEST(Http, MakesARequestIdOfItsOwn) {
  const auto first = person.get("/v1/users/me").header("x-request-id");
  const auto second = person.get("/v1/users/me").header("x-request-id");
  CHECK_FALSE(first.empty());
  CHECK(first != second);
}

TEST(Http, MakesARequestIdInPlaceOfAMadOne) {
  for (const auto& mad : {std::string(1000, 'x'), std::string("a b\"c<d>"), std::string("\xff\xfe")}) {
    const auto reply = person.get("/v1/users/me", {"X-Request-Id: " + mad});
    expect_status(200, reply);
    CHECK_FALSE(reply.header("x-request-id").empty());
    CHECK(reply.header("x-request-id") != mad);
  }
}

TEST(Http, SetsSecurityHeadersEverywhere) {
  for (const auto& reply : {person.get("/v1/users/me"), person.get("/nothing"), send({.path = "/v1/users/me"})}) {
    expect_text("nosniff", reply.header("x-content-type-options"));
    expect_text("SAMEORIGIN", reply.header("x-frame-options"));
    expect_text("no-referrer", reply.header("referrer-policy"));
    for (const char* name : {"content-security-policy", "cross-origin-opener-policy", "cross-origin-resource-policy",
                             "strict-transport-security", "x-dns-prefetch-control", "x-download-options",
                             "x-permitted-cross-domain-policies", "x-xss-protection", "origin-agent-cluster"}) {
      expect(reply.has_header(name), name);
    }
    CHECK_FALSE(reply.has_header("x-powered-by"));
  }
}

TEST(Http, UnderstandsHeadWhereGetIs) {
  const auto id = create_event(person);
  book_outcome(person, id);
  const auto booking = std::string(booking_of_event(person, id)["id"].text());
  for (const auto& path :
       {std::string("/v1/users/me"), "/v1/events/" + id, "/v1/events/status/" + id, std::string("/v1/events/discover"),
        std::string("/v1/events/my-events"), std::string("/v1/bookings"), "/v1/bookings/" + booking,
        std::string("/v1/notifications"), std::string("/v1/webhooks")}) {
    const auto head = person.head(path), get = person.get(path);
    expect(head.status == 200, "200 for HEAD " + path);
    expect_text("", head.body);
    expect_text(get.header("content-type"), head.header("content-type"));
    expect_text(get.header("etag"), head.header("etag"));
  }
}

TEST(Http, AnswersHeadWithTheStatusOfGet) {
  expect_status(404, person.head("/nothing"));
  expect_status(400, person.head("/v1/events/seven"));
  expect_status(401, send({.method = "HEAD", .path = "/v1/users/me"}));
}
