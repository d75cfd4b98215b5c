// Requests in shapes that two servers could read in two ways. Each is refused and the connection closed, or read as the
// one request that it is: what stands behind it is never taken for something else.
#include <map>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/person.h"
#include "support/raw_client.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using namespace std::string_literals;

namespace {

const auto kPost = "POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"s;
const auto kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";

std::string get(const std::string& target, const std::string& headers = "Host: x\r\n") {
  return "GET " + target + " HTTP/1.1\r\n" + headers + "\r\n";
}

std::string text_of(const std::vector<int>& statuses) {
  std::string text;
  for (const int status : statuses) text += (text.empty() ? "" : " ") + std::to_string(status);
  return text;
}

void expect_each(const std::string& statuses, const std::vector<std::string>& shapes) {
  for (const auto& shape : shapes) {
    const auto got = text_of(statuses_of(shape));
    expect(got == statuses, "[" + statuses + "], not [" + got + "] for\n" + shape.substr(0, 300));
  }
}

}  // namespace

TEST_GROUP(HostileHttp){};

TEST(HostileHttp, LengthsThatDisagreeAreRefused) {
  expect_each("400",
              {kPost + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + get("/"),
               kPost + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + get("/"),
               kPost + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
               kPost + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", kPost + "Content-Length: 2, 2\r\n\r\n{}"});
}

TEST(HostileHttp, LengthsThatAreNoneAreRefused) {
  for (const char* length : {"+2", "-2", "0x2", "2 2", "2a", "", "99999999999999999999"})
    expect_each("400", {kPost + "Content-Length: " + length + "\r\n\r\n{}"});
}

TEST(HostileHttp, OtherTransferEncodingsAreRefused) {
  expect_each("501", {kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                      kPost + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                      kPost + "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n"});
  expect_each("400", {kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                      kPost + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                      "POST /v1/auth/login HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"});
}

TEST(HostileHttp, ChunksThatAreNoneAreRefused) {
  for (const char* chunk : {"-1\r\n{}", "0x2\r\n{}", "+2\r\n{}", "ffffffffffffffff2\r\n{}", "2\r\n{}xx", "g\r\n{}"})
    expect_each("400", {kChunked + chunk + "\r\n0\r\n\r\n"});
}

TEST(HostileHttp, ABodyWhereNoneIsWantedIsNoRequest) {
  const auto hidden = get("/v1/users/me");
  expect_each("200 200",
              {get("/livez", "Host: x\r\nContent-Length: " + std::to_string(hidden.size()) + "\r\n") + hidden,
               get("/livez", "Host: x\r\nTransfer-Encoding: chunked\r\n") + "2\r\nab\r\n0\r\n\r\n"});
}

TEST(HostileHttp, LinesThatAreFoldedOrCutAreRefused) {
  expect_each("400", {get("/", "Host: x\r\nX-A: b\r\n Transfer-Encoding: chunked\r\n"),
                      get("/", " X-A: b\r\nHost: x\r\n"), get("/", "Host: x\r\nX-A: b\rX-B: c\r\n"),
                      get("/", "Host: x\r\nX-A: b\0c\r\n"s), get("/", "Host: x\r\nX\0A: b\r\n"s),
                      get("/", "Host: x\r\nX A: b\r\n"), get("/a b"), "GET\x01 / HTTP/1.1\r\nHost: x\r\n\r\n"});
}

// A server may take it for an end of line (RFC 9112, section 2.2), and there is no other server behind this one.
TEST(HostileHttp, ABareNewlineEndsALine) { expect_each("200 200", {"GET /livez HTTP/1.1\nHost: x\n\n"}); }

TEST(HostileHttp, HostsAndVersionsThatAreNoneAreRefused) {
  expect_each("400", {get("/", ""), get("/", "Host: x\r\nHost: y\r\n"), get("/", "Host: a/b\r\n"),
                      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
                      "\x16\x03\x01\x02\x01\x01\x01\x01\xfc\x03\x03\n"});
  expect_each("505", {"GET / HTTP/2.0\r\nHost: x\r\n\r\n"});
}

// However the path is spelled, it is the decoded one that is routed, and every handler asks for the token itself.
TEST(HostileHttp, NoSpellingOfAPathGoesAroundTheToken) {
  for (const char* path : {"//v1///users//me", "/v1/auth/%2e%2e/users/me", "/v1/./users/me", "/v1%2fusers%2fme",
                           "/v1/users/m%65", "http://elsewhere.example/v1/users/me", "/v1/users/me#x", "/v1/users/me?"})
    expect_each("401 200", {get(path)});
}

TEST(HostileHttp, PathsThatLeadNowhereAre404OrRefused) {
  expect_each("404 200", {get("/v1/users/me%0a"), get("/v1/events/me%0a?limit=1"),
                          get("/v1/events/0197f0a0-0000-7000-8000-000000000000%0a"), get("/v1\\users\\me"),
                          get("/v1/users/me/"), get("/v1/users/me%09"), get("/v1/users/me;a=b")});
  expect_each("400", {get("/%2e%2e/%2e%2e/etc/passwd"), get("/v1/events/%00"), get("/v1/events/%zz")});
}

TEST(HostileHttp, MetricsAreNotToBeHadThroughAProxy) {
  for (const char* header : {"X-Forwarded-For: 127.0.0.1\r\n", "Forwarded: for=127.0.0.1\r\n"}) {
    for (const char* path : {"/metrics", "//metrics", "/%6detrics", "http://x/metrics"})
      expect_each("404 200", {get(path, "Host: x\r\n"s + header)});
  }
}

TEST(HostileHttp, HeadersCannotPassForParameters) {
  const auto person = make_person();
  const auto reply = person.get("/v1/events/seven",
                                {"X_Request_Id: spoofed", "PATH_EVENT_ID: " + person.id, "Path-Event-Id: " + person.id,
                                 "Remote-Addr: 10.0.0.1", "Proxy: http://10.0.0.1", "Https: on", "Content_Length: 9"});
  expect_problem(400, "invalid_id", reply);
  CHECK_FALSE(reply.header("x-request-id") == "spoofed");
}

TEST(HostileHttp, TwoTokensAreRefused) {
  expect_each("400", {get("/v1/users/me", "Host: x\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n")});
}

// RFC 9112, section 4: a space stands behind the number whatever comes next, and strict clients want it.
TEST(HostileHttp, EveryStatusLineHasAPhrase) {
  const auto person = make_person();
  const auto id = create_event(person);
  const auto tag = person.get("/v1/events/" + id).header("etag");
  const auto mine = "Host: x\r\nConnection: close\r\n" + person.authorization() + "\r\n";
  const auto book = "{\"event_id\":\"" + id + "\"}";
  const auto body =
      "Content-Type: application/json\r\nContent-Length: " + std::to_string(book.size()) + "\r\n\r\n" + book;
  const std::map<std::string, std::string> lines = {
      {get("/livez", mine), "200 OK"},
      {"POST /v1/events/book HTTP/1.1\r\n" + mine + body, "202 Accepted"},
      {get("/v1/events/" + id, mine + "If-None-Match: " + tag + "\r\n"), "304 Not Modified"},
      {get("/v1/events/seven", mine), "400 Bad Request"},
      {get("/v1/users/me", "Host: x\r\nConnection: close\r\n"), "401 Unauthorized"},
      {get("/nothing", mine), "404 Not Found"}};
  for (const auto& [request, line] : lines) {
    RawClient client;
    client.send(request);
    const auto answer = client.read_all();
    expect_text("HTTP/1.1 " + line, answer.substr(0, answer.find("\r\n")));
  }
}

TEST(HostileHttp, ManyHeadersAreRefused) {
  std::string many = "Host: x\r\n";
  for (int i = 0; i < 5'000; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
  expect_each("431", {get("/", many)});
}

TEST(HostileHttp, PipelinedRequestsAreAnsweredInOrder) {
  std::string bytes, expected;
  for (int i = 0; i < 100; ++i) {
    bytes += i % 2 == 0 ? get("/livez") : get("/nothing");
    expected += i % 2 == 0 ? "200 " : "404 ";
  }
  expect_each(expected + "200", {bytes});
}
