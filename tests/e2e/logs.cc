// One filter tells a booking's story: its request id, from nginx through the handler to the worker.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/raw_client.h"
#include "support/stack.h"
#include "support/story.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(Logs) {
  Person owner;
  Person person;
  std::string event;
  const std::string id = fresh_request_id();

  void setup() override {
    owner = make_person();
    person = make_person();
    event = create_event(owner);
  }

  static std::vector<std::string> header(const std::string& request_id) { return {"X-Request-Id: " + request_id}; }

  Response book_as(const Person& who, const std::string& request_id) const {
    const auto reply = who.post("/v1/events/book", Json::object({{"event_id", event}}), header(request_id));
    await_request(who, reply);
    return reply;
  }
  Response cancel_as(const Person& who, const std::string& request_id) const {
    const Json body = Json::object({{"event_id", event}});
    const auto reply = who.del("/v1/events/booking/cancel", body, header(request_id));
    await_request(who, reply);
    return reply;
  }

  // nginx, handler and worker, each with what it knows.
  static void expect_story(const std::string& request_id, const std::string& route, const std::string& user, int status,
                           const std::string& outcome) {
    const auto access = await_log_line(request_id, "handler", route);
    expect_text(request_id, access["request_id"].text());
    expect_number(status, access["status"]);
    const auto handled = await_log_line(request_id, "event", "request");
    expect_text(route, handled["part"].text());
    expect_text(user, handled["user"].text());
    expect_number(status, handled["status"]);
    const auto decided = await_log_line(request_id, "event", "decided");
    expect_contains("worker-", decided["part"].text());
    expect_text(user, decided["user"].text());
    expect_text(outcome, decided["outcome"].text());
    if (status == 202) expect_text(handled["command"].text(), decided["command"].text());
  }
};

TEST(Logs, TellTheStoryOfABooking) {
  const auto reply = book_as(person, id);
  expect_story(id, "events-book", person.id, 202, "confirmed");
  expect_text(reply.data()["request"]["id"].text(), await_log_line(id, "event", "request")["command"].text());
}

TEST(Logs, NameTheTraceThatACallerIsIn) {
  const auto trace = std::string("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  person.post("/v1/notifications/read", Json::object(), {"X-Request-Id: " + id, "traceparent: " + trace});
  expect_text(trace, await_log_line(id, "handler", "notifications-read")["traceparent"].text());
  expect_text(trace, await_log_line(id, "event", "request")["traceparent"].text());
}

// Whoever sends kilobytes is not to have them written down three times.
TEST(Logs, AreShortWhateverIsSent) {
  send({.method = "DELETE",
        .path = "/v1/bookings/" + std::string(7'000, 'a'),
        .headers = {"X-Request-Id: " + id, "traceparent: " + std::string(7'000, 't')}});
  for (const auto& line : {await_log_line(id, "handler", "bookings-cancel"), await_log_line(id, "event", "request")})
    CHECK_TRUE_TEXT(line.dump().size() < 1'000, line.dump().substr(0, 1'000).c_str());
}

// Slashes that nginx merges, and then the path that it routes by.
TEST(Logs, NameThePathHoweverItIsPadded) {
  send({.method = "POST", .path = std::string(210, '/') + "v1/./events/x/../book", .headers = {"X-Request-Id: " + id}});
  expect_text("/v1/events/book", await_log_line(id, "handler", "events-book")["uri"].text());
}

// CSI as UTF-8, raw and encoded, and a byte that is none: what a terminal would obey, and what would break a line.
TEST(Logs, HoldNoBytesOfAStrangers) {
  for (const std::string bytes : {"\xc2\x9b"
                                  "31m",
                                  "%C2%9B31m", "\xff", "%FF", "%0A", "%7F"}) {
    const auto request_id = fresh_request_id();
    RawClient client;
    client.send("GET /v1/bookings/" + bytes + "x HTTP/1.1\r\nHost: x\r\nX-Request-Id: " + request_id +
                "\r\nConnection: close\r\n\r\n");
    client.read_all();
    expect_text("/v1/bookings/", await_log_line(request_id, "method", "GET")["uri"].text());
  }
}

TEST(Logs, TellTheStoryOfACancellation) {
  book_as(person, fresh_request_id());
  cancel_as(person, id);
  expect_story(id, "events-booking-cancel", person.id, 202, "cancelled");
}

TEST(Logs, TellAPromotionUnderBothRequestIds) {
  const auto waiting = make_person();
  const auto waiting_id = fresh_request_id();
  book_as(person, fresh_request_id());
  book_as(waiting, waiting_id);
  cancel_as(person, id);
  const auto promoted = await_log_line(waiting_id, "event", "promoted");
  expect_text(waiting_id, promoted["request_id"].text());
  expect_text(id, promoted["cause_request_id"].text());
  expect_text(waiting.id, promoted["user"].text());
  expect_text(await_log_line(waiting_id, "event", "decided")["booking"].text(), promoted["booking"].text());
  await_log_line(id, "event", "promoted");
}

TEST(Logs, TellTheStoryOfAChangedCapacity) {
  const Json body = Json::object({{"number_of_tickets", 7}});
  expect_status(200, send(owner.request("PATCH", "/v1/events/" + event, body, header(id))));
  expect_story(id, "events-update", owner.id, 200, "updated");
}

TEST(Logs, TellTheStoryOfAnotherPoolAndOfItsTickets) {
  const auto post = [&](const char* what, const Json& body, const std::string& as) {
    expect_status(201, send(owner.request("POST", "/v1/events/" + event + what, body, header(as))));
  };
  const auto of_type = fresh_request_id();
  post("/pools", Json::object({{"name", "Balcony"}, {"capacity", 3}}), id);
  post("/ticket-types", Json::object({{"name", "Member"}, {"pool_id", event}}), of_type);
  expect_story(id, "events-pool-add", owner.id, 201, "updated");
  expect_story(of_type, "events-type-add", owner.id, 201, "updated");
}

TEST(Logs, TellTheStoryOfADeletedEvent) {
  expect_status(200, send(owner.request("DELETE", "/v1/events/" + event, {}, header(id))));
  expect_story(id, "events-delete", owner.id, 200, "deleted");
}

TEST(Logs, TellTheBookingsOfOneBatchApart) {
  pause_workers();
  const auto other_id = fresh_request_id();
  const auto first = person.post("/v1/events/book", Json::object({{"event_id", event}}), header(id));
  const auto second = owner.post("/v1/events/book", Json::object({{"event_id", event}}), header(other_id));
  resume_workers();
  await_request(owner, second);
  expect_story(id, "events-book", person.id, 202, "confirmed");
  expect_story(other_id, "events-book", owner.id, 202, "waitlisted");
}
