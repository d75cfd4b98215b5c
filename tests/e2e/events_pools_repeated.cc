// Changes of seat pools and ticket types that are sent again under their Idempotency-Key, or only if the event is still
// as it was seen.
#include <functional>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/pool_steps.h"
#include "support/stack.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

// clang-format off
TEST_GROUP_BASE(RepeatedChanges, MembersTest) {
  using Send = std::function<Response(const Headers&)>;
  static std::string fresh_key() { return "Idempotency-Key: " + fresh_uuid(); }
  std::string as_seen() const { return "If-Match: " + owner.get("/v1/events/" + id_of(event)).header("etag"); }
  Json floor() const { return pool_in(event_of(owner, event), "Floor"); }
  std::size_t pools() const { return event_of(owner, event)["pools"].size(); }

  // Makes the change once. What of the event is another one afterwards, is so by this change itself.
  Json made_once(int status, const Send& send) const {
    const Headers headers{as_seen(), fresh_key()};
    const auto first = send(headers), again = send(headers);
    expect_success(status, first);
    expect_text(first.body, again.body);
    expect_text("", first.header("idempotent-replayed"));
    expect_text("true", again.header("idempotent-replayed"));
    expect_problem(412, "precondition_failed", send({headers.front()}));
    return again.data();
  }
  void teardown() override { resume_workers(); }
};
// clang-format on

TEST(RepeatedChanges, OfPoolsAreMadeOnce) {
  const Json box = made_once(201, [&](const Headers& h) { return add_pool(owner, event, pool_of("Box", 4), h); });
  LONGS_EQUAL(3, pools());
  const auto grow = [&](const Headers& h) { return change_pool(owner, event, box, only("capacity", 5), h); };
  expect_number(5, made_once(200, grow)["capacity"]);
}

TEST(RepeatedChanges, OfTypesAreMadeOnce) {
  const auto child = type_of("Child", {{"pool_id", floor()["id"].text()}});
  const Json added = made_once(201, [&](const Headers& h) { return add_type(owner, event, child, h); });
  made_once(200, [&](const Headers& h) { return change_type(owner, event, added, only("limit", 2), h); });
  expect_text("Adult 4, Balcony 2, Child 2", types_in(event_of(ann, event)));
  made_once(200, [&](const Headers& h) { return delete_type(owner, event, added, h); });
  expect_text("Adult 4, Balcony 2", types_in(event_of(ann, event)));
}

TEST(RepeatedChanges, ShowWhatTheyMadeAsItIsByNow) {
  const Headers keyed{fresh_key()};
  const auto grow = [&] { return change_pool(owner, event, floor(), only("capacity", 5), keyed); };
  expect_number(5, grow().data()["capacity"]);
  expect_success(200, change_pool(owner, event, floor(), only("capacity", 6)));
  expect_number(6, grow().data()["capacity"]);
}

TEST(RepeatedChanges, AreRefusedUnderTheKeyOfAnother) {
  const Headers keyed{fresh_key()};
  const auto box = pool_of("Box", 4);
  expect_success(201, add_pool(owner, event, box, keyed));
  for (const auto& other : {add_pool(owner, event, pool_of("Box", 5), keyed),
                            change_pool(owner, event, floor(), only("capacity", 5), keyed),
                            add_type(owner, event, type_of("T", {{"pool_id", floor()["id"].text()}}), keyed),
                            change_type(owner, event, type("Adult"), only("limit", 3), keyed),
                            delete_type(owner, event, type("Adult"), keyed),
                            add_pool(owner, create_with_pools(owner, floor_with_members()), box, keyed)})
    expect_problem(422, "idempotency_key_reused", other);
  expect_bad_fields({"Idempotency-Key"}, add_pool(owner, event, box, {"Idempotency-Key: a b"}));
  LONGS_EQUAL(3, pools());
}

TEST(RepeatedChanges, AreMadeOnceWhileTheOutcomeIsAwaited) {
  const Headers keyed{fresh_key()};
  pause_workers();
  const auto first = add_pool(owner, event, pool_of("Box", 4), keyed);
  const auto again = add_pool(owner, event, pool_of("Box", 4), keyed);
  resume_workers();
  expect_success(202, again);
  expect_text(first.data()["request"]["id"].text(), again.data()["request"]["id"].text());
  expect_text("true", again.header("idempotent-replayed"));
  expect_text("updated", outcome_in(await_request(owner, again)));
  LONGS_EQUAL(3, pools());
}

TEST(RepeatedChanges, ThatWereRefusedAreRefusedAgain) {
  const Headers keyed{fresh_key()};
  book_type(ann, event, type("Balcony"), 2);
  const Json balcony = pool_in(event, "Balcony");
  const auto cut = [&](const Headers& headers) {
    return change_pool(owner, event, balcony, only("capacity", 1), headers);
  };
  expect_problem(409, "capacity_below_confirmed", cut(keyed));
  cancel_outcome(ann, id_of(event));
  expect_problem(409, "capacity_below_confirmed", cut(keyed));
  expect_success(200, cut({fresh_key()}));
}

TEST(RepeatedChanges, WereAcceptedWhateverBecameOfTheEventSince) {
  event = create_with_pools(owner, list_of({pool_of("Floor", 2)}));
  const Headers keyed{fresh_key()};
  const auto add = [&] { return add_type(owner, event, type_of("Child"), keyed); };  // of the only pool
  const auto first = add();
  expect_success(201, first);
  expect_success(201, add_pool(owner, event, pool_of("Box", 4)));
  expect_text(id_of(first.data()), id_of(add().data()));
  expect_bad_fields({"pool_id"}, add_type(owner, event, type_of("Child"), {fresh_key()}));
  expect_success(200, owner.del("/v1/events/" + id_of(event)));
  expect_text(id_of(first.data()), id_of(add().data()));
  expect_problem(409, "event_cancelled", add_type(owner, event, type_of("Child"), {fresh_key()}));
}
