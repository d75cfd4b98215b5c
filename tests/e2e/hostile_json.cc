#include <string>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/endpoints.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;
using namespace std::string_literals;

TEST_GROUP(HostileJson) {
  Person person;

  void setup() override { person = make_person(); }

  static std::string repeated(const std::string& text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
  }

  // Sends the body to everything that takes one; each must refuse it with 400.
  void expect_refused(const std::string& body, const char* code = nullptr, Where where = Where::current()) const {
    for (const auto& endpoint : endpoints()) {
      if (!endpoint.body) continue;
      Request request = person.request(endpoint.method, endpoint.path);
      request.body = body;
      const auto reply = send(request);
      expect_status(400, reply, where);
      expect_problem(400, code == nullptr ? reply.json["code"].text() : code, reply, where);
    }
  }
};

TEST(HostileJson, ThatIsNone) {
  for (const char* body :
       {"{", "}", "nonsense", "{'a':1}", "{\"a\":1,}", "{\"a\":1} {}", "{\"a\" 1}", "\"", "{\"a\":tru}", "{a:1}",
        "// {}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":NaN}", " "}) {
    expect_refused(body, "invalid_json");
  }
}

TEST(HostileJson, ThatIsNoObject) {
  for (const char* body : {"[]", "[{}]", "null", "true", "7", "\"text\"", "[[[[]]]]"}) expect_refused(body);
}

TEST(HostileJson, WithADuplicateKey) {
  expect_refused(R"({"email":"a@b.example","email":"c@d.example"})", "invalid_json");
  expect_refused(R"({"x":{"a":1,"a":2}})", "invalid_json");
}

TEST(HostileJson, WithANul) {
  expect_refused(R"({"email":"a\u0000@b.example","password":"secret"})");
  expect_refused(R"({"x":"\u0000"})");
  expect_refused(R"({"\u0000":"x"})");
  expect_refused("{\"x\":\"a\0b\"}"s, "invalid_json");
  expect_refused("{}\0"s, "invalid_json");
}

TEST(HostileJson, WithInvalidUtf8) {
  for (const char* bytes : {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"}) {
    expect_refused("{\"x\":\""s + bytes + "\"}", "invalid_json");
  }
}

TEST(HostileJson, WithHalfASurrogatePair) {
  expect_refused(R"({"x":"\ud83c"})");
  expect_refused(R"({"x":"\udfdf"})");
  expect_refused(R"({"x":"\ud83c\ud83c"})");
}

TEST(HostileJson, WithABareControlCharacter) { expect_refused("{\"x\":\"a\nb\"}", "invalid_json"); }

TEST(HostileJson, ThatIsNestedDeeply) {
  expect_refused(repeated("[", 16000), "invalid_json");
  expect_refused(repeated("[", 8000) + repeated("]", 8000));
  expect_refused(R"({"x":)" + repeated(R"({"x":)", 2700) + "1" + repeated("}", 2700) + "}");
}

TEST(HostileJson, WithANumberOutOfRange) {
  for (const char* number : {"99999999999999999999999999", "-99999999999999999999999999", "1e999", "-1e999"}) {
    expect_refused("{\"x\":"s + number + "}");
  }
}

TEST(HostileJson, WithAThousandUnknownKeys) {
  std::string body = "{";
  for (int i = 0; i < 1000; ++i) body += "\"k" + std::to_string(i) + "\":0,";
  body.back() = '}';
  for (const auto& endpoint : endpoints()) {
    if (!endpoint.body) continue;
    Request request = person.request(endpoint.method, endpoint.path);
    request.body = body;
    const auto reply = send(request);
    expect(reply.status < 500 && reply.status >= 200, "no fault, but " + std::to_string(reply.status));
  }
}

TEST(HostileJson, WithTheWrongTypeInEveryField) {
  const std::vector<Json> wrong = {Json(),
                                   Json(true),
                                   Json(7),
                                   *Json::parse("1.5"),
                                   Json::array(),
                                   Json::object(),
                                   *Json::parse("[null]"),
                                   *Json::parse("{\"a\":[]}")};
  for (const char* field : {"email", "password", "refresh_token", "current_password", "new_password", "title",
                            "start_date_time", "number_of_tickets", "event_id", "booking_id", "all"}) {
    for (const auto& value : wrong) {
      if (value == Json(true)) continue;  // {"all": true} is right
      const std::string body = Json::object({{field, value}}).dump();
      for (const char* path :
           {"/v1/auth/login", "/v1/events/initialize", "/v1/events/book", "/v1/notifications/read"}) {
        Request request = person.request("POST", path);
        request.body = body;
        expect_status(400, send(request));
      }
    }
  }
}

TEST(HostileJson, WithNumbersOfTicketsThatAreNone) {
  for (const char* number : {"-1", "0", "1.5", "1000001", "4294967297", "9223372036854775807", "-0", "null",
                             "9223372036854775808", "\"5\"", "[5]", "true"}) {
    std::string body = event_body().dump();
    const auto at = body.find("\"number_of_tickets\":") + 20;
    body.replace(at, 1, number);
    Request request = person.request("POST", "/v1/events/initialize");
    request.body = body;
    expect_status(400, send(request));
  }
}
