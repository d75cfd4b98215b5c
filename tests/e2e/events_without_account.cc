// Reading without an account: the same for everybody, kept by nginx for a moment, and never anything that is
// somebody's.
#include <algorithm>
#include <cctype>
#include <regex>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/raw_client.h"
#include "support/scrape.h"
#include "support/stack.h"
#include "support/stack_redis.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

using Headers = std::vector<std::string>;

// A network that no other test comes from.
std::string fresh_network() {
  static int last = 0;
  ++last;
  return "127.77." + std::to_string(last / 250) + '.' + std::to_string(last % 250 + 1);
}

// Whatever a client can say of caches, parts, conditions, encodings and origins, or of somebody's token in a place
// where it does not belong.
std::vector<Headers> ways_to_ask(const Person& person) {
  std::vector<Headers> ways = {{}};
  for (const char* header : {"Cache-Control: no-cache",
                             "Cache-Control: no-store",
                             "Cache-Control: max-age=0",
                             "Cache-Control: only-if-cached",
                             "Cache-Control: max-stale=9999",
                             "Cache-Control: private",
                             "Pragma: no-cache",
                             "Range: bytes=0-20",
                             "Range: bytes=-20",
                             "Range: bytes=5-6,8-9",
                             "If-Range: \"x\"",
                             "If-Match: *",
                             "If-Match: \"x\"",
                             "If-None-Match: *",
                             "If-None-Match: \"x\"",
                             "If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT",
                             "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT",
                             "If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT",
                             "Vary: Authorization",
                             "Vary: *",
                             "Accept-Encoding: gzip",
                             "Accept-Encoding: br;q=1, identity;q=0",
                             "Accept: text/html",
                             "Accept-Language: de",
                             "Origin: https://app.example",
                             "Origin: https://evil.example",
                             "X-Accel-Expires: 3600",
                             "X-Accel-Redirect: /metrics",
                             "X-Accel-Buffering: no",
                             "X-Accel-Limit-Rate: 1",
                             "Surrogate-Control: max-age=3600",
                             "X-HTTP-Method-Override: DELETE",
                             "X-Method-Override: PATCH",
                             "X-Original-URL: /metrics",
                             "X-Forwarded-Host: evil.example",
                             "Host: evil.example",
                             "Authorization:",
                             "Authorization;"})
    ways.push_back({header});
  for (const char* name : {"X-Authorization", "Proxy-Authorization", "Token", "X-Access-Token", "Http-Authorization"})
    ways.push_back({std::string(name) + ": Bearer " + person.access_token});
  ways.push_back({"Authorization_: Bearer " + person.access_token});
  ways.push_back({"Cookie: access_token=" + person.access_token + "; Authorization=Bearer " + person.access_token});
  return ways;
}

bool says_my(const Response& reply) { return reply.body.find("\"my") != std::string::npos; }

// Waits for the next second to begin: what was kept before is late from then on. Once more, and it is gone.
void await_next_second() {
  using std::chrono::system_clock;
  const auto second = [] { return system_clock::to_time_t(system_clock::now()); };
  const auto now = second();
  CHECK_TRUE(await([&] { return second() > now; }));
}

}  // namespace

TEST_GROUP(EventsWithoutAccount) {
  Person owner = make_person(), guest = make_person();
  std::string network = fresh_network();
  std::string id = create_event(owner, {.tickets = 5, .max_per_user = 7});

  void teardown() override { forget_rate("reads", network); }

  std::string event() const { return "/v1/events/" + id; }
  std::string status() const { return "/v1/events/status/" + id; }
  std::vector<std::string> paths() const { return {event(), status(), "/v1/events/discover?limit=3"}; }

  Response look(const std::string& path, const Headers& headers = {}, const std::string& method = "GET") const {
    return send({.method = method, .path = path, .headers = headers, .from = network});
  }
  std::string title() const { return std::string(look(event()).data()["title"].text()); }
};

TEST(EventsWithoutAccount, AreToBeRead) {
  for (const auto& path : paths()) {
    for (int times = 0; times < 2; ++times) {
      const auto reply = look(path);
      expect_success(200, reply);
      CHECK_FALSE(says_my(reply));
      expect_text("no-cache", reply.header("cache-control"));
      expect_text("1000;w=600", reply.header("ratelimit-policy"));
      for (const char* name : {"ratelimit", "x-accel-expires", "set-cookie", "age"})
        CHECK_FALSE(reply.has_header(name));
    }
  }
  expect_event(look(event()).data());
  CHECK_FALSE(look(status()).data().has("title"));
  expect_text(owner.get(event()).body, look(event()).body);
}

TEST(EventsWithoutAccount, AreNotForABadToken) {
  const auto expired = sign(claims_of(owner.id, 7200));
  for (const auto& path : paths()) {
    for (const auto& token :
         {std::string("0"), std::string("Bearer"), std::string("Bearer x"), std::string("Basic eDp5"),
          owner.access_token, "Bearer " + expired, "Bearer " + owner.access_token + "x"}) {
      expect_status(200, look(path));
      expect_status(401, look(path, {"Authorization: " + token}));
    }
  }
}

// In turn, the kept answer being there or not, in every way that there is to ask.
TEST(EventsWithoutAccount, AreNeverSomebodysOwn) {
  book_outcome(guest, id);
  for (const auto& headers : ways_to_ask(guest)) {
    const auto said = headers.empty() ? "nothing" : headers[0].substr(0, 60);
    for (const auto* method : {"GET", "HEAD"}) {
      const auto mine = [&](const Person& who, std::int64_t confirmed) {
        const auto reply = who.get(status());
        expect_number(confirmed, reply.data()["my"]["confirmed"]);
        expect_contains("private", reply.header("cache-control"));
        CHECK_TRUE(reply.has_header("ratelimit"));
      };
      mine(guest, 1);
      const auto reply = look(status(), headers, method);
      expect(reply.status == 200 || reply.status == 304, said + ": " + std::to_string(reply.status) + reply.body);
      expect(!says_my(reply), said + ": " + reply.body);
      const auto as_guest = guest.request(method, status(), {}, headers);
      if (headers.empty() || !headers[0].starts_with("Authorization")) {
        auto request = as_guest;
        request.from = network;
        const auto signed_in = send(request);
        expect(signed_in.status != 200 || method[0] == 'H' || says_my(signed_in), said + ": " + signed_in.body);
      }
      mine(owner, 0);
      const auto again = look(status());
      expect(again.status == 200 && !says_my(again) && !again.body.empty(), "after " + said + ": " + again.body);
    }
  }
}

// However the address is written, and whatever its query says.
TEST(EventsWithoutAccount, AreNeverSomebodysOwnByAnotherAddress) {
  book_outcome(guest, id);
  auto upper = id;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  const std::vector<std::string> addresses = {status() + "?",
                                              status() + "?my=1",
                                              status() + "?user_id=" + guest.id,
                                              status() + "?access_token=" + guest.access_token,
                                              status() + "?Authorization=Bearer%20" + guest.access_token,
                                              "/v1/events/status/" + upper,
                                              "//v1/events//status/" + id,
                                              "/v1/events/./status/" + id,
                                              "/v1/events/x/../status/" + id,
                                              "/v1/events/%73tatus/" + id,
                                              "/v1/events/status/%" + std::string("30") + id.substr(1),
                                              status() + "#my"};
  for (const auto& address : addresses) {
    const auto before = look(address);
    const auto signed_in = guest.get(address);
    const auto after = look(address), plain = look(status());
    expect(!says_my(before) && !says_my(after) && !says_my(plain), address + ": " + before.body + after.body);
    expect_status(before.status, signed_in);
    if (signed_in.status == 200) expect_number(1, signed_in.data()["my"]["confirmed"]);
  }
}

// The query is all that tells two lists from one another.
TEST(EventsWithoutAccount, AreThoseThatAreAskedFor) {
  const auto word = fresh_title();
  create_event(owner, {.title = word});
  create_event(owner, {.title = word});
  const auto found = [&](const std::string& query) {
    return look("/v1/events/discover?" + query).data()["data"].size();
  };
  for (int times = 0; times < 2; ++times) {
    LONGS_EQUAL(2, found("q=" + word));
    LONGS_EQUAL(1, found("limit=1&q=" + word));
    LONGS_EQUAL(1, found("q=" + word + "&limit=1"));
    LONGS_EQUAL(2, found("q=" + word + "&q=nothing"));
    LONGS_EQUAL(0, found("q=nothing" + word + "&q=" + word));
    LONGS_EQUAL(0, found("q=" + word + "%78"));
  }
}

TEST(EventsWithoutAccount, AreWholeAfterAHead) {
  for (const auto& path : paths()) {
    for (int times = 0; times < 2; ++times) {
      const auto head = look(path, {}, "HEAD");
      expect_status(200, head);
      expect_text("", head.body);
      const auto reply = look(path);
      expect_success(200, reply);
      expect_text(std::to_string(reply.body.size()), head.header("content-length"));
    }
  }
}

TEST(EventsWithoutAccount, AreWholeForWhoeverWantsAPart) {
  const auto whole = look(event()).body;
  for (const char* header : {"Range: bytes=0-20", "If-Range: \"x\"", "If-Match: \"x\"",
                             "If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT"}) {
    const auto reply = look(event(), {header, "Range: bytes=1-2"});
    expect_status(200, reply);
    expect_text(whole, reply.body);
  }
}

TEST(EventsWithoutAccount, AnswerNotModifiedToTheirOwnTag) {
  for (const auto& path : {event(), status()}) {
    const auto tag = look(path).header("etag");
    for (const auto& seen : {tag, "\"x\", W/" + tag, std::string("*")}) {
      const auto reply = look(path, {"If-None-Match: " + seen});
      expect_status(304, reply);
      expect_text(tag, reply.header("etag"));
      expect_text("no-cache", reply.header("cache-control"));
    }
    expect_status(200, look(path, {"If-None-Match: \"x\""}));
  }
  // Of the one who is signed in it is another answer.
  expect_status(200, guest.get(status(), {"If-None-Match: " + look(status()).header("etag")}));
}

// Each gets headers of his own with the answer that others get, too.
TEST(EventsWithoutAccount, GoWithHeadersOfWhoeverAsks) {
  for (int times = 0; times < 2; ++times) {
    for (const char* origin : {"https://app.example", "https://evil.example"}) {
      const auto request_id = fresh_uuid();
      const auto reply = look(event(), {std::string("Origin: ") + origin, "X-Request-Id: " + request_id});
      expect_text(request_id, reply.header("x-request-id"));
      expect_text("Origin", reply.header("vary"));
      expect_text(std::string(origin).find("evil") == std::string::npos ? origin : "",
                  reply.header("access-control-allow-origin"));
    }
    CHECK_FALSE(look(event()).has_header("access-control-allow-origin"));
  }
}

TEST(EventsWithoutAccount, AreSeenChangedByTheOwnerAtOnce) {
  for (int times = 0; times < 20; ++times) {
    title();
    const auto changed = fresh_title();
    expect_success(200, owner.patch(event(), Json::object({{"title", changed}})));
    expect_text(changed, owner.get(event()).data()["title"].text());
  }
}

TEST(EventsWithoutAccount, AreSeenChangedSoonByEverybody) {
  for (int times = 0; times < 5; ++times) {
    title();
    const auto changed = fresh_title();
    owner.patch(event(), Json::object({{"title", changed}}));
    CHECK_TRUE(await([&] { return title() == changed; }, std::chrono::seconds(2)));
  }
}

// Whoever is the first to ask for a while does not get what somebody saw long ago.
TEST(EventsWithoutAccount, AreNotKeptForLong) {
  for (int times = 0; times < 3; ++times) {
    title();
    const auto changed = fresh_title();
    owner.patch(event(), Json::object({{"title", changed}}));
    await_next_second();
    await_next_second();
    expect_text(changed, title());
  }
}

// While a thousand look, the handler is asked about once a second.
TEST(EventsWithoutAccount, AreAskedForOnceForMany) {
  const std::string series = "ticketd_http_requests_total{route=\"events-get\",status=\"200\"}";
  title();
  const auto before = Scrape()[series];
  const auto started = std::chrono::steady_clock::now();
  in_parallel(16, 1'000, [&](std::size_t) {
    if (send({.path = event()}).status != 200) throw std::runtime_error("no 200");
  });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  const auto asked = Scrape()[series] - before;
  CHECK_TRUE_TEXT(asked >= 0 && asked <= took.count() + 2, std::to_string(asked).c_str());
}

// Also for the first of all.
TEST(EventsWithoutAccount, AreAskedForOnceByManyAtOnce) {
  const std::string series = "ticketd_http_requests_total{route=\"events-get\",status=\"200\"}";
  const auto before = Scrape()[series];
  for (const auto& reply : send_at_once(std::vector<Request>(50, {.path = event()}))) expect_success(200, reply);
  CHECK_TRUE(Scrape()[series] - before <= 3);
}

TEST(EventsWithoutAccount, AreCountedByNetworkAndRefusedToThatOneAlone) {
  spend_rate("reads", network);
  for (const auto& path : paths()) {
    expect_problem(429, "rate_limited", look(path));
    const auto other = fresh_network();
    expect_success(200, send({.path = path, .from = other}));
    forget_rate("reads", other);
  }
}

// What is refused is nobody else's either: it has the number of the one request.
TEST(EventsWithoutAccount, ThatAreNoneAreRefusedAnew) {
  for (const auto& path : {"/v1/events/" + fresh_uuid(), "/v1/events/status/" + fresh_uuid()}) {
    for (int times = 0; times < 3; ++times) {
      const auto reply = look(path);
      expect_problem(404, "event_not_found", reply);
      expect_text(reply.header("x-request-id"), reply.json["request_id"].text());
    }
  }
  expect_problem(400, "invalid_id", look("/v1/events/seven"));
  expect_bad_fields({"limit"}, look("/v1/events/discover?limit=0"));
}

TEST(EventsWithoutAccount, AreReadAndNothingElse) {
  for (const auto* method : {"PATCH", "DELETE"}) {
    const auto reply = send({.method = method, .path = event(), .body = "{}", .from = network});
    expect_problem(401, "token_missing", reply);
  }
  for (const auto* path : {"/v1/events/my-events", "/v1/events/me", "/v1/bookings", "/v1/users/me"})
    expect_problem(401, "token_missing", look(path));
}

// A proxy and nginx that disagree on which of two counts would show one's to the other.
TEST(EventsWithoutAccount, TakeNoSecondToken) {
  const auto request = [&](const std::string& first, const std::string& second) {
    RawClient client;
    client.send("GET " + status() + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization:" + first +
                "\r\nAuthorization:" + second + "\r\n\r\n");
    return client.read_all();
  };
  look(status());
  for (const auto& answer :
       {request(" Bearer " + guest.access_token, ""), request("", " Bearer " + guest.access_token)})
    expect(answer.find(" 200 ") == std::string::npos, answer);
  CHECK_FALSE(says_my(look(status())));
}

TEST(EventsWithoutAccount, ByTheirLinkAreUnlistedOnes) {
  const auto word = fresh_title();
  Json body = event_body({.title = word}).set("visibility", "unlisted");
  id = std::string(owner.post("/v1/events/initialize", body).data()["id"].text());
  expect_success(200, look(event()));
  expect_success(200, look(status()));
  LONGS_EQUAL(0, look("/v1/events/discover?q=" + word).data()["data"].size());
}
