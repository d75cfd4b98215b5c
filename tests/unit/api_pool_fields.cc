#include "api/pool_fields.h"

#include "api/event_fields.h"
#include "support/fakes.h"

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

TEST_GROUP(PoolFields) {
  Json body = *Json::parse(R"({"title":"Jazz","description":"d","location":"l",
    "start_date_time":"2027-05-01T19:30Z","end_date_time":"2027-05-01T22:00Z"})");
  const Time now = *parse_time("2027-01-01T00:00Z");
  SeededRandom random{1};
  const TicketTypeId id = numbered<TicketTypeId>(7);

  Result<storage::EventDetails> read_with(const char* pools) {
    return read_new_event(body.set("pools", *Json::parse(pools)), numbered<EventId>(1), now, random);
  }
  static std::string errors_of(const Refusal& refusal) {
    std::string list;
    for (const auto& error : refusal.errors) list += error.field + ':' + error.code + ' ';
    return list;
  }
  std::string errors_with(const char* pools) {
    const auto event = read_with(pools);
    return event.ok() ? "" : errors_of(event.refusal());
  }
  static std::string names_of(const storage::EventDetails& event) {
    std::string names;
    for (const auto& type : event.types) names += *type.name + ' ' + std::to_string(type.position) + ' ';
    return names;
  }
  std::string change_errors(const char* changes, const storage::TicketType* type) const {
    http::Fields in(*Json::parse(changes));
    read_type_changes(in, id, type);
    return in.ok() ? "" : errors_of(in.refusal());
  }
};

TEST(PoolFields, AreSummedUpForTheirEvent) {
  const auto event = *read_with(R"([{"name":"Floor","capacity":5,"held_back":2},{"name":"Balcony","capacity":3}])");
  LONGS_EQUAL(8, event.total_tickets);
  LONGS_EQUAL(6, event.available_tickets);
  LONGS_EQUAL(2, event.held_back);
  LONGS_EQUAL(domain::kEditionOfPools, event.edition);
  LONGS_EQUAL(3, event.pools.at(0).available);
}

TEST(PoolFields, GiveAPoolWithoutTypesOneOfItsName) {
  const auto event = *read_with(R"([{"name":" Floor ","capacity":5},{"name":"Balcony","capacity":3}])");
  expect_text("Floor 0 Balcony 1 ", names_of(event));
  CHECK(event.types.at(1).pool == event.pools.at(1).id);
  CHECK(event.types.at(0).id != event.types.at(1).id);
}

// Ids of one millisecond have no order.
TEST(PoolFields, KeepTheTypesInTheOrderInWhichTheyAreSaid) {
  const auto event = *read_with(R"([{"name":"Floor","capacity":5,"ticket_types":[{"name":"A"},{"name":"B"}]},
    {"name":"Balcony","capacity":3,"ticket_types":[{"name":"C","position":0},{"name":"D"}]}])");
  expect_text("A 0 C 0 B 1 D 3 ", names_of(event));
}

TEST(PoolFields, NameEveryBadFieldByItsPlace) {
  expect_text(
      "pools.0.capacity:out_of_range pools.0.ticket_types.1.name:required pools.1.name:required "
      "pools.1.capacity:required ",
      errors_with(R"([{"name":"Floor","capacity":0,"ticket_types":[{"name":"A"},{"limit":3}]},{}])"));
  expect_text("pools.0.held_back:out_of_range ", errors_with(R"([{"name":"Floor","capacity":1,"held_back":2}])"));
  expect_text("pools:wrong_type ", errors_with(R"([5])"));
  expect_text("pools:out_of_range ", errors_with("[]"));
}

TEST(PoolFields, StandInForTheNumberOfTickets) {
  body.set("number_of_tickets", 5);
  expect_text("number_of_tickets:invalid ", errors_with(R"([{"name":"Floor","capacity":5}])"));
}

TEST(PoolFields, PutANewTypeBehindTheOthers) {
  LONGS_EQUAL(0, position_behind({}));
  std::vector<storage::TicketType> types(2);
  types.at(0).position = 4;
  LONGS_EQUAL(5, position_behind(types));
  types.at(1).position = 1'000;
  LONGS_EQUAL(1'000, position_behind(types));
}

TEST(PoolFields, LookAtWhatATypeIsAfterAChange) {
  storage::TicketType type;
  type.sales.start = now;
  expect_text("sales_end:invalid_date ", change_errors(R"({"sales_end":"2026-12-31T00:00Z"})", &type));
  expect_text("access_code:required ", change_errors(R"({"visibility":"code"})", &type));
  type.access_code_hash = "0f";
  expect_text("", change_errors(R"({"visibility":"code"})", &type));
  expect_text("name:required ", change_errors("{}", &type));
}

// Whose type it is, is found out afterwards.
TEST(PoolFields, LookAtTheFieldsAloneWhereThereIsNoType) {
  expect_text("", change_errors(R"({"visibility":"code"})", nullptr));
  expect_text("limit:out_of_range ", change_errors(R"({"limit":-1})", nullptr));
  expect_text("name:required ", change_errors("{}", nullptr));
}

TEST(PoolFields, TakeAwayWhatIsNull) {
  http::Fields in(*Json::parse(R"({"limit":null,"sales_end":null,"name":null})"));
  const auto changes = read_type_changes(in, id, nullptr);
  CHECK_TRUE(in.ok() && changes.limit && !*changes.limit && changes.sales_end && !*changes.sales_end);
  CHECK_FALSE(changes.name || changes.sales_start || changes.description);
}
