#include <algorithm>
#include <set>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/stack_database.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(IdempotencyKey) {
  Person owner;
  Person person;
  std::string key = fresh_uuid();

  void setup() override {
    owner = make_person();
    person = make_person();
  }

  // The very same answer, marked as a replay.
  static void expect_replay(const Response& first, const Response& again, Where where = Where::current()) {
    expect_status(first.status, again, where);
    expect_text(first.body, again.body, where);
    expect_text("true", again.header("idempotent-replayed"), where);
    expect_text(first.header("location"), again.header("location"), where);
  }

  Response initialize(const Json& body, const std::string& with_key) const {
    return owner.post("/v1/events/initialize", body, {"Idempotency-Key: " + with_key});
  }

  std::int64_t bookings_of(const std::string& event_id) const {
    return count("SELECT count(*) FROM bookings WHERE event_id = $1::uuid AND user_id = $2::uuid", event_id, person.id);
  }
};

TEST(IdempotencyKey, AnswersABookingTwiceTheSame) {
  const auto id = create_event(owner, {.tickets = 9, .max_per_user = 5});
  const auto first = book(person, id, key);
  expect_status(202, first);
  CHECK_FALSE(first.has_header("idempotent-replayed"));
  expect_replay(first, book(person, id, key));
}

TEST(IdempotencyKey, BooksOnce) {
  const auto id = create_event(owner, {.tickets = 9, .max_per_user = 5});
  for (int i = 0; i < 3; ++i) await_request(person, book(person, id, key));
  LONGS_EQUAL(1, bookings_of(id));
}

TEST(IdempotencyKey, StillAnswersTheSameOnceTheOutcomeIsKnown) {
  const auto id = create_event(owner, {.tickets = 9, .max_per_user = 5});
  const auto first = book(person, id, key);
  await_request(person, first);
  const auto again = book(person, id, key);
  expect_replay(first, again);
  expect_text(first.header("location"), again.header("location"));
}

TEST(IdempotencyKey, BooksOnceForManyAtOnce) {
  const auto id = create_event(owner, {.tickets = 50, .max_per_user = 50});
  std::vector<Response> replies(20);
  in_parallel(20, 20, [&](std::size_t i) { replies[i] = book(person, id, key); });
  std::set<std::string> requests;
  for (const auto& reply : replies) {
    expect_status(202, reply);
    requests.emplace(reply.data()["request"]["id"].text());
  }
  LONGS_EQUAL(1, requests.size());
  await_request(person, replies.front());
  LONGS_EQUAL(1, bookings_of(id));
}

TEST(IdempotencyKey, BooksTwiceWithTwoKeys) {
  const auto id = create_event(owner, {.tickets = 9, .max_per_user = 5});
  await_request(person, book(person, id, key));
  await_request(person, book(person, id, fresh_uuid()));
  LONGS_EQUAL(2, bookings_of(id));
}

TEST(IdempotencyKey, BooksTwiceWithoutOne) {
  const auto id = create_event(owner, {.tickets = 9, .max_per_user = 5});
  for (int i = 0; i < 2; ++i) await_request(person, book(person, id));
  LONGS_EQUAL(2, bookings_of(id));
}

TEST(IdempotencyKey, CancelsOnce) {
  const auto id = create_event(owner, {.tickets = 9, .max_per_user = 5});
  for (int i = 0; i < 3; ++i) book_outcome(person, id);
  const auto first = cancel(person, id, key);
  expect_replay(first, cancel(person, id, key));
  await_request(person, first);
  expect_number(2, status_of(person, id)["my"]["confirmed"]);
}

TEST(IdempotencyKey, CancelsABookingByItsIdOnce) {
  const auto id = create_event(owner);
  book_outcome(person, id);
  const auto path = "/v1/bookings/" + std::string(booking_of_event(person, id)["id"].text());
  const auto first = person.del(path, {}, {"Idempotency-Key: " + key});
  expect_replay(first, person.del(path, {}, {"Idempotency-Key: " + key}));
}

TEST(IdempotencyKey, CreatesAnEventOnce) {
  const Json body = event_body();
  const auto first = initialize(body, key);
  expect_status(201, first);
  expect_replay(first, initialize(body, key));
  LONGS_EQUAL(1, owner.get("/v1/events/my-events").data().size());
}

TEST(IdempotencyKey, CreatesAnEventOnceForManyAtOnce) {
  const auto body = event_body().dump();  // each thread its own Json: jansson's counts are no good between threads
  std::vector<Response> replies(12);
  in_parallel(12, 12, [&](std::size_t i) { replies[i] = initialize(*Json::parse(body), key); });
  for (const auto& reply : replies) expect(reply.status < 500, "no fault, but " + reply.body);
  LONGS_EQUAL(1, owner.get("/v1/events/my-events").data().size());
}

TEST(IdempotencyKey, RefusesAnotherBookingUnderTheSameKey) {
  const auto id = create_event(owner), other = create_event(owner);
  expect_status(202, book(person, id, key));
  expect_problem(422, "idempotency_key_reused", book(person, other, key));
}

TEST(IdempotencyKey, RefusesAnotherCancellationUnderTheSameKey) {
  const auto id = create_event(owner), other = create_event(owner);
  expect_status(202, cancel(person, id, key));
  expect_problem(422, "idempotency_key_reused", cancel(person, other, key));
}

TEST(IdempotencyKey, RefusesTheCancellationOfAnotherBookingUnderTheSameKey) {
  const auto cancel_one_of = [&](const std::string& id) {
    book_outcome(person, id);
    const auto booking = std::string(booking_of_event(person, id)["id"].text());
    return person.del("/v1/bookings/" + booking, {}, {"Idempotency-Key: " + key});
  };
  expect_status(202, cancel_one_of(create_event(owner)));
  expect_problem(422, "idempotency_key_reused", cancel_one_of(create_event(owner)));
}

TEST(IdempotencyKey, RefusesAnotherEventUnderTheSameKey) {
  expect_status(201, initialize(event_body(), key));
  expect_problem(422, "idempotency_key_reused", initialize(event_body(), key));
  LONGS_EQUAL(1, owner.get("/v1/events/my-events").data().size());
}

// The same values in other words are the same request.
TEST(IdempotencyKey, ComparesWhatIsMeant) {
  const auto id = create_event(owner, {.tickets = 9, .max_per_user = 5});
  std::string capitals = id;
  std::transform(id.begin(), id.end(), capitals.begin(), [](unsigned char c) { return std::toupper(c); });
  const auto booked = book(person, id, key);
  expect_replay(booked, book(person, capitals, key));

  Json body = event_body();
  const auto first = initialize(body, key);
  const std::string start(body["start_date_time"].text());
  body.set("start_date_time", start.substr(0, start.size() - 1) + "+00:00")
      .set("title", " " + std::string(body["title"].text()));
  body.set("max_per_user", Json()).set("note", "to nobody");
  expect_replay(first, initialize(body, key));
}

TEST(IdempotencyKey, IsTheSameAtEveryEndpoint) {
  const auto id = create_event(owner);
  expect_status(202, book(owner, id, key));
  expect_problem(422, "idempotency_key_reused", initialize(event_body(), key));
  const auto other = fresh_uuid();
  expect_status(201, initialize(event_body(), other));
  expect_problem(422, "idempotency_key_reused", book(owner, id, other));
  expect_problem(422, "idempotency_key_reused", cancel(owner, id, other));
}

TEST(IdempotencyKey, BelongsToOnePerson) {
  const auto id = create_event(owner, {.tickets = 9});
  const auto mine = book(person, id, key), theirs = book(owner, id, key);
  expect_status(202, theirs);
  CHECK_FALSE(theirs.has_header("idempotent-replayed"));
  CHECK(mine.data()["request"]["id"].text() != theirs.data()["request"]["id"].text());
}

TEST(IdempotencyKey, MayBeQuoted) {
  const auto id = create_event(owner, {.tickets = 9, .max_per_user = 5});
  const auto bare = book(person, id, key);
  expect_replay(bare, book(person, id, "\"" + key + "\""));
}

TEST(IdempotencyKey, MayHave255Characters) {
  const auto id = create_event(owner, {.tickets = 9, .max_per_user = 5});
  expect_status(202, book(person, id, std::string(255 - key.size(), 'k') + key));
  expect_status(400, book(person, id, std::string(256 - key.size(), 'k') + key));
}

TEST(IdempotencyKey, ThatComesTwiceIsRefusedUnlessItIsTheSame) {
  const auto id = create_event(owner);
  const auto with = [&](const std::string& second) {
    return person.post("/v1/events/book", Json::object({{"event_id", id}}),
                       {"Idempotency-Key: " + key, "Idempotency-Key: " + second});
  };
  expect_bad_fields({"Idempotency-Key"}, with(fresh_uuid()));
  expect_status(202, with(key));
}

TEST(IdempotencyKey, MustBeVisibleAscii) {
  const auto id = create_event(owner);
  for (const char* bad : {"two words", "schl\xc3\xbcssel", "\"\"", "\x01"}) expect_status(400, book(person, id, bad));
  LONGS_EQUAL(0, bookings_of(id));
}
