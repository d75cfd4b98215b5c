#include <string>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/stack_database.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;
using namespace std::string_literals;

TEST_GROUP(HostileText) {
  Person person;

  void setup() override { person = make_person(); }

  static void expect_no_fault(const Response& reply, const std::string& what, Where where = Where::current()) {
    const bool sane = reply.status >= 200 && reply.status < 500;
    expect(sane, "no fault for " + what + ", but " + std::to_string(reply.status) + reply.error, where);
  }
};

TEST(HostileText, ComesBackAsItWasSent) {
  for (const char* text :
       {"Zoë's \"Songs\" \\ & <b>more</b>", "🎟️👩‍👩‍👧‍👦", "שלום עולם", "一期一会", "\u00e9",
        "'; DROP TABLE events; --", "%s%n$1 {0} ${x}", "\u202eevil", "a\nb\tc"}) {
    const auto made = person.post("/v1/events/initialize", event_body({.title = text}));
    expect_status(201, made);
    const auto id = std::string(made.data()["id"].text());
    expect_text(text, person.get("/v1/events/" + id).data()["title"].text());
  }
}

TEST(HostileText, ComesBackInOneForm) {
  const auto made = person.post("/v1/events/initialize", event_body({.title = "\u00a0Cafe\u0301\u3000"}));
  expect_text("Caf\u00e9", made.data()["title"].text());
}

TEST(HostileText, HasSomethingToSee) {
  for (const char* text : {"\u00a0", "\u200b", "\u3164", "\u2800", "\u0301"})
    expect_bad_fields({"title"}, person.post("/v1/events/initialize", event_body({.title = text})));
}

TEST(HostileText, TurnsNoMessageRound) {
  book_outcome(person, create_event(person, {.title = "\u2069\u202eevil"}));
  expect_contains("\"\u2068\u202eevil\u2069\" is", notification_of(person, "booked")["message"].text());
}

TEST(HostileText, HasNoControlCharacters) {
  for (const char* text : {"a\u007f", "a\u0085b", "a\u001b[1m"})
    expect_bad_fields({"title"}, person.post("/v1/events/initialize", event_body({.title = text})));
}

TEST(HostileText, IsNamedInNotificationsAsItWasSent) {
  const std::string title = "\"Söngs\" \\ <b> {0} %s 🎟️";
  book_outcome(person, create_event(person, {.title = title}));
  expect_contains(title, notification_of(person, "booked")["message"].text());
}

TEST(HostileText, InASearch) {
  for (const char* q : {"%00", "%ff", "%c0%af", "%", "%2", "%zz", "'", "%22", "%25", "_", "%5c", "%5c%25", "+",
                        "%26%7c%21%28", "*", "a%00b", "%f0%9f%8e%9f", "%e2%80%ae", ""}) {
    expect_no_fault(person.get(std::string("/v1/events/discover?q=") + q), q);
  }
  expect_no_fault(person.get("/v1/events/discover?q=" + std::string(4000, 'x')), "a long q");
  expect_no_fault(person.get("/v1/events/discover?q=" + std::string(2000, '%')), "percent signs");
}

TEST(HostileText, InAQueryString) {
  for (const char* query : {"",
                            "&",
                            "&&&",
                            "=",
                            "=x",
                            "page",
                            "page=",
                            "page=1&page=2",
                            "page=%31",
                            "page[]=1",
                            "page=1e1",
                            "page=-1",
                            "page=99999999999999999999",
                            "page=9223372036854775807",
                            "page=2147483648&limit=100",
                            "limit=0x10",
                            "limit=+5",
                            "limit=5%20",
                            "from=",
                            "from=2026-01-01T00:00:00%2B99:99",
                            "a=b;c=d",
                            "%",
                            "cursor=%00",
                            "cursor=",
                            "sort=",
                            "sort=id;--",
                            "when=",
                            "available=1",
                            "available="}) {
    expect_no_fault(person.get(std::string("/v1/events/discover?") + query), query);
    expect_no_fault(person.get(std::string("/v1/bookings?") + query), query);
    expect_no_fault(person.get(std::string("/v1/notifications?") + query), query);
    expect_no_fault(person.get(std::string("/v1/events/my-events?") + query), query);
  }
}

TEST(HostileText, InAPath) {
  for (const char* path :
       {"/v1/events/%00", "/v1/events/..%2f..%2fetc%2fpasswd", "/../../etc/passwd", "/v1/events/../users/me",
        "//v1//users//me", "/v1/events/%ff", "/v1/events/%2e%2e", "/v1/events/'", "/v1/users/me%0d%0aX:%20y",
        "/v1/bookings/%20", "/v1/requests/%0a", "/%", "/v1/events/status/%00", "/.git/config", "/v1/events/{id}",
        "/v1/events/discover/", "/v1/events/book/x"}) {
    expect_no_fault(person.get(path), path);
  }
}

TEST(HostileText, InAnIdOfTheRightLength) {
  for (const char* id : {"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
                         "0197f0a0-0000-7000-8000-0000000000%3", "{197f0a0-0000-7000-8000-00000000000}"}) {
    expect_no_fault(person.get(std::string("/v1/events/") + id), id);
    expect_no_fault(person.get(std::string("/v1/bookings/") + id), id);
    expect_no_fault(person.get(std::string("/v1/requests/") + id), id);
  }
}

TEST(HostileText, InHeaders) {
  for (const char* header :
       {"Authorization: Bearer", "Authorization:  Bearer  x", "If-None-Match: \"", "If-None-Match: W/",
        "If-None-Match: ,,,", "Content-Length: -1", "Accept: \xff", "Range: bytes=0-1", "Cookie: \x01",
        "X-Forwarded-For: ' OR 1=1", "X-Forwarded-For: 1.2.3.4, 5.6.7.8, unknown", "traceparent: 00-xyz"}) {
    expect_no_fault(person.get("/v1/events/discover", {header}), header);
  }
}

TEST(HostileText, InTheNameOfSomeoneWhoIsNotThere) {
  Person ghost = person;
  ghost.id = fresh_uuid();
  ghost.access_token = sign(claims_of(ghost.id));
  const auto id = create_event(person, {.tickets = 5});
  expect_no_fault(ghost.get("/v1/users/me"), "a ghost");
  expect_no_fault(ghost.post("/v1/events/initialize", event_body()), "an event of a ghost");
  expect_no_fault(book(ghost, id), "a booking of a ghost");
  expect_text("confirmed", book_outcome(person, id));
  const char* others = "SELECT count(*) FROM bookings WHERE event_id = $1::uuid AND user_id <> $2::uuid";
  LONGS_EQUAL(0, count(others, id, person.id));
}

TEST(HostileText, NeverShowsAPasswordHash) {
  const auto someone = register_person();
  const auto hash = query("SELECT password_hash FROM users WHERE id = $1::uuid", someone.id)[0][0].as<std::string>();
  CHECK_TRUE(hash.starts_with("$argon2id$"));
  const auto id = create_event(someone);
  book_outcome(someone, id);
  for (const auto& path : {"/v1/users/me"s, "/v1/events/" + id, "/v1/bookings"s, "/v1/events/status/" + id,
                           "/v1/notifications"s, "/v1/events/discover"s, "/v1/events/me"s}) {
    const auto body = someone.get(path).body;
    expect(body.find("argon2") == std::string::npos && body.find(hash) == std::string::npos, "no hash in " + path);
  }
}
