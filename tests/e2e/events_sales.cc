// When an event and its ticket types are on sale.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/pool_steps.h"
#include "support/stack.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using std::chrono::hours;
using std::chrono::milliseconds;
using ticketd::Json;

namespace {

void expect_sale_not_started(std::int64_t least, std::int64_t most, const Response& reply) {
  expect_problem(409, "sale_not_started", reply);
  const auto wait = std::stoll(reply.header("retry-after"));
  expect(least <= wait && wait <= most, "Retry-After: " + reply.header("retry-after"));
}

}  // namespace

TEST_GROUP_BASE(SalesWindows, MembersTest){void teardown() override{resume_workers();
}
}
;

TEST(SalesWindows, OfATypeOpen) {
  const Json balcony = must_change(type("Balcony"), only("sales_start", time_in(hours(1))));
  expect_sale_not_started(3500, 3600, ask_for_type(ann, event, balcony));
  expect_success(202, ask_for_type(ann, event, type("Adult")));
  expect_text("Balcony 2", types_in(Json::object({{"ticket_types", list_of({type("Balcony")})}})));
  must_change(balcony, only("sales_start", nullptr));
  expect_text("confirmed", type_outcome(ann, event, balcony));
}

TEST(SalesWindows, OfATypeOpenByThemselves) {
  const Json balcony = must_change(type("Balcony"), only("sales_start", time_in(milliseconds(800))));
  expect_sale_not_started(1, 1, ask_for_type(ann, event, balcony));
  Response reply;
  expect(await([&] { return (reply = ask_for_type(ann, event, balcony)).status == 202; }), "the sale starts");
  expect_text("confirmed", outcome_in(await_request(ann, reply)));
}

TEST(SalesWindows, OfATypeClose) {
  const Json balcony = must_change(type("Balcony"), only("sales_end", time_in(hours(-1))));
  expect_problem(409, "sale_ended", ask_for_type(ann, event, balcony));
  expect_text("", ask_for_type(ann, event, balcony).header("retry-after"));
  must_change(balcony, only("sales_end", time_in(hours(1))));
  expect_success(202, ask_for_type(ann, event, balcony));
}

TEST(SalesWindows, OfAnEventAreForAllOfIt) {
  const auto path = "/v1/events/" + id_of(event);
  const auto change = [&](MoreFields sales) {
    const auto reply = owner.patch(path, only("sales", Json::object(sales)));
    expect_success(200, reply);
    return reply.data()["sales"];
  };
  const auto soon = time_in(hours(1)), later = time_in(hours(2)), before = time_in(hours(-1));
  expect_text(Json::object({{"start", soon}, {"end", later}}).dump(), change({{"start", soon}, {"end", later}}).dump());
  for (const char* name : {"Adult", "Balcony"})
    expect_sale_not_started(3500, 3600, ask_for_type(ann, event, type(name)));
  expect_sale_not_started(3500, 3600, book(ann, id_of(event)));
  expect_text(Json::object({{"start", nullptr}, {"end", before}}).dump(), change({{"end", before}}).dump());
  expect_problem(409, "sale_ended", book(ann, id_of(event)));
  expect_text(R"({"start":null,"end":null})", change({}).dump());
  expect_text("confirmed", book_outcome(ann, id_of(event)));
}

TEST(SalesWindows, AreOfAnyEvent) {
  const auto soon = time_in(hours(1));
  const auto id = create_group_event(owner, 2, {{"sales", Json::object({{"start", soon}})}});
  const Json shown = event_of(owner, Json::object({{"id", id}}));
  expect_text(soon, shown["sales"]["start"].text());
  expect_text(id, id_of(shown["pools"].at(0)));
  expect_sale_not_started(3500, 3600, book(ann, id));
  expect_success(200, owner.patch("/v1/events/" + id, only("sales", Json::object())));
  expect_text("confirmed", book_outcome(ann, id));
  expect_text(R"({"start":null,"end":null})", owner.post("/v1/events/initialize", event_body()).data()["sales"].dump());
}

// Whoever was accepted before the end of the sale has been in time, however long it takes.
TEST(SalesWindows, AreJudgedByTheMomentOfAcceptance) {
  const Json balcony = must_change(type("Balcony"), only("sales_end", time_in(milliseconds(1500))));
  pause_workers();
  const auto in_time = ask_for_type(ann, event, balcony);
  expect(await([&] { return ask_for_type(bob, event, balcony).status == 409; }), "the sale ends");
  resume_workers();
  expect_text("confirmed", outcome_in(await_request(ann, in_time)));
}

TEST(SalesWindows, AreDecidedAsTheyAreByThen) {
  const Json adult = type("Adult"), balcony = type("Balcony");
  pause_workers();
  const auto closed = change_type(owner, event, adult, only("sales_end", time_in(hours(-1))));
  const auto not_open = change_type(owner, event, balcony, only("sales_start", time_in(hours(1))));
  const auto late = ask_for_type(ann, event, adult), early = ask_for_type(bob, event, balcony);
  resume_workers();
  await_request(owner, closed);
  await_request(owner, not_open);
  expect_text("rejected sale_ended", outcome_in(await_request(ann, late)));
  expect_text("rejected sale_not_started", outcome_in(await_request(bob, early)));
}

TEST(SalesWindows, EndAfterTheirStart) {
  const auto backwards = Json::object({{"start", time_in(hours(2))}, {"end", time_in(hours(1))}});
  const auto path = "/v1/events/" + id_of(event);
  expect_bad_fields({"sales.end"}, owner.patch(path, only("sales", backwards)));
  expect_bad_fields({"sales.end"}, owner.post("/v1/events/initialize", event_body().set("sales", backwards)));
  expect_bad_fields({"sales"}, owner.patch(path, only("sales", 5)));
  expect_bad_fields({"sales.start", "sales.end"},
                    owner.patch(path, only("sales", Json::object({{"start", "x"}, {"end", 5}}))));
}
