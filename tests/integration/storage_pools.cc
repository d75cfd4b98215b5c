// Pools and ticket types in the tables: an event without them gets its own, each line is its pool's, and what is loaded
// of it is enough.
#include "storage/pools.h"

#include "postgres/rows.h"
#include "storage/bookings.h"
#include "support/fakes.h"
#include "support/fixtures.h"
#include "support/integration_test.h"
#include "verify/checks.h"

namespace ticketd::tests {

using domain::Outcome;
using domain::PoolChanges;
using domain::Reason;
using domain::TicketTypeChanges;

TEST_GROUP_BASE(StoragePools, IntegrationTest) {
  static domain::Command by_owner(EventId event, domain::Action action) {
    auto command = resize(event, 1);
    command.action = std::move(action);
    return command;
  }
  static Decided set_pool(EventId event, PoolId pool, const PoolChanges& changes) {
    return carry_out(by_owner(event, domain::SetPool{pool, changes}));
  }
  static Decided set_type(EventId event, TicketTypeId type, const TicketTypeChanges& changes) {
    return carry_out(by_owner(event, domain::SetTicketType{type, changes}));
  }
  static domain::Command book(UserId user, EventId event, std::optional<TicketTypeId> type, int quantity = 1) {
    auto command = tests::book(user, event);
    std::get<domain::Book>(command.action).type = type;
    std::get<domain::Book>(command.action).quantity = quantity;
    return command;
  }
  static storage::EventDetails details_of(EventId event) {
    return commit([&](pqxx::work& tx) { return *storage::find_event_details(tx, event); });
  }
  // What verify finds wrong with it.
  static std::string damage(EventId event) {
    return commit([&](pqxx::work& tx) {
      std::string found;
      for (const auto& check : verify::seat_checks()) {
        for (const auto& row : tx.exec(check.sql)) {
          const auto detail = postgres::text_of(row[1]);
          if (detail.find(event.str()) != std::string::npos || postgres::text_of(row[0]) == event.str())
            found += std::string(check.rule) + ": " + detail + '\n';
        }
      }
      return found;
    });
  }
  // An event of one seat that was made without pools, and is sold out: two wait.
  EventId event = make_event(1, 10);
  PoolId floor{event.uuid};
  TicketTypeId on_floor{event.uuid};
  PoolId balcony = fresh<PoolId>();
  TicketTypeId upstairs = fresh<TicketTypeId>();
  UserId ann = make_user(), bob = make_user(), cid = make_user(), dee = make_user();

  void setup() override { carry_out({tests::book(ann, event), tests::book(bob, event), tests::book(cid, event)}); }
  void teardown() override { expect_text("", damage(event)); }
  void open_balcony(int seats) {
    set_pool(event, balcony, {.name = "Balcony", .capacity = seats});
    TicketTypeChanges type;
    type.pool = balcony;
    type.name = "Upstairs";
    type.position = 1;  // ids of one millisecond are in any order
    set_type(event, upstairs, type);
  }
};

TEST(StoragePools, OfAnEventWithoutAnyAreOneOfEachWithItsId) {
  const auto details = details_of(event);
  LONGS_EQUAL(1, details.pools.size());
  CHECK_TRUE(details.pools[0].id == floor && details.types[0].id == on_floor && details.types[0].pool == floor);
  LONGS_EQUAL(1, details.pools[0].capacity);
  LONGS_EQUAL(2, details.pools[0].waiting_entries);
  CHECK_FALSE(details.pools[0].name.has_value());
}

TEST(StoragePools, KeepWhoWaitedBeforeThereWereAny) {
  open_balcony(5);
  const auto details = details_of(event);
  LONGS_EQUAL(2, details.pools.size());
  LONGS_EQUAL(6, details.total_tickets);
  LONGS_EQUAL(5, details.available_tickets);
  LONGS_EQUAL(3, details.types[0].live);
  LONGS_EQUAL(2, details.types[0].waiting);
  CHECK(carry_out(book(dee, event, on_floor)).outcome == Outcome::waitlisted);
  carry_out(cancel(ann, event));
  CHECK(users_in_state(event, "confirmed") == std::vector{bob});
  carry_out(cancel(bob, event));
  carry_out(cancel(cid, event));  // the last of those who named no pool
  CHECK(users_in_state(event, "confirmed") == std::vector{dee});
}

TEST(StoragePools, HaveLinesOfTheirOwn) {
  open_balcony(1);
  CHECK(carry_out(book(dee, event, upstairs)).outcome == Outcome::confirmed);
  LONGS_EQUAL(1, carry_out(book(ann, event, upstairs)).place);
  LONGS_EQUAL(3, carry_out(book(dee, event, on_floor)).place);
  const auto place_of = [&](UserId user, PoolId pool) {
    const auto all = commit([&](pqxx::work& tx) { return storage::list_bookings(tx, user, {}, now()); });
    for (const auto& booking : all) {
      if (booking.pool == pool && booking.place) return *booking.place;
    }
    return 0;
  };
  LONGS_EQUAL(1, place_of(ann, balcony));
  LONGS_EQUAL(3, place_of(dee, floor));
  LONGS_EQUAL(1, commit([&](pqxx::work& tx) { return storage::find_holding(tx, event, ann, now()).place.value(); }));
  set_pool(event, balcony, {.capacity = 2});
  LONGS_EQUAL(0, place_of(ann, balcony));
  LONGS_EQUAL(3, place_of(dee, floor));
}

TEST(StoragePools, AreSettledByTheirOwnSeatsAlone) {
  open_balcony(3);
  const auto users = make_users(4);
  for (const auto& user : users) carry_out(book(user, event, upstairs, 2));
  LONGS_EQUAL(1, details_of(event).pools[1].available);
  LONGS_EQUAL(3, details_of(event).pools[1].waiting_entries);
  set_pool(event, floor, {.capacity = 3});
  LONGS_EQUAL(0, details_of(event).pools[0].waiting_entries);
  LONGS_EQUAL(3, details_of(event).pools[1].waiting_entries);
  carry_out(cancel(users[0], event));
  LONGS_EQUAL(2, details_of(event).pools[1].waiting_entries);
}

TEST(StoragePools, HoldSeatsBackUntilTheyAreReleased) {
  CHECK(set_pool(event, floor, {.capacity = 4, .held_back = 3}).outcome == Outcome::updated);
  LONGS_EQUAL(0, details_of(event).available_tickets);
  LONGS_EQUAL(3, details_of(event).held_back);
  CHECK(set_pool(event, floor, {.held_back = 2, .to = domain::ReleaseTo::everybody}).reason == Reason::line_not_empty);
  set_pool(event, floor, {.held_back = 2});
  CHECK(users_in_state(event, "confirmed") == std::vector({ann, bob}));
  CHECK(set_pool(event, floor, {.held_back = 3}).reason == Reason::capacity_below_confirmed);
  carry_out(remove(event));
  LONGS_EQUAL(4, details_of(event).available_tickets);
}

TEST(StoragePools, TakeThoseAwayWhoWantMoreThanIsNotHeldBack) {
  open_balcony(5);
  carry_out(book(ann, event, upstairs, 2));
  carry_out(book(bob, event, upstairs, 4));
  CHECK(set_pool(event, balcony, {.held_back = 2}).outcome == Outcome::updated);
  LONGS_EQUAL(1,
              sql_number("SELECT count(*) FROM bookings WHERE event_id = $1 AND reason = 'never_fits'", event.str()));
  CHECK(users_in_state(event, "cancelled") == std::vector{bob});
}

TEST(StoragePools, CountWhatWasThereBeforeTheFirstChange) {
  TicketTypeChanges changes;
  changes.max_per_booking = std::optional(2);
  set_type(event, on_floor, changes);
  LONGS_EQUAL(3, details_of(event).types[0].live);
  LONGS_EQUAL(2, details_of(event).types[0].waiting);
}

TEST(StoragePools, CountTheTicketsOfTheirTypes) {
  open_balcony(5);
  TicketTypeChanges members;
  members.limit = std::optional(2);
  set_type(event, upstairs, members);
  carry_out(book(ann, event, upstairs, 2));
  CHECK(carry_out(book(bob, event, upstairs)).reason == Reason::type_limit_reached);
  carry_out(cancel(ann, event));
  CHECK(carry_out(book(bob, event, upstairs)).outcome == Outcome::confirmed);
  LONGS_EQUAL(1, details_of(event).types[1].live);
  members.limit.emplace();
  set_type(event, upstairs, members);
  CHECK(carry_out(book(ann, event, upstairs, 4)).outcome == Outcome::confirmed);
}

TEST(StoragePools, KeepWhatIsSaidOfATypeUntilItIsTakenAway) {
  open_balcony(5);
  TicketTypeChanges said;
  said.description = std::optional<std::string>("with a view");
  said.price_label = std::optional<std::string>("12 EUR");
  said.access_code_hash = "abc";
  set_type(event, upstairs, said);
  TicketTypeChanges less;
  less.description.emplace();
  set_type(event, upstairs, less);
  const auto type = details_of(event).types.at(1);
  CHECK_FALSE(type.description.has_value());
  expect_text("12 EUR", type.price_label.value_or(""));
  expect_text("abc", type.access_code_hash.value_or(""));
  expect_text("Upstairs", type.name.value_or(""));
}

TEST(StoragePools, ClearTheirLinesWhenTheEventIsOver) {
  open_balcony(1);
  carry_out({book(dee, event, upstairs), book(ann, event, upstairs)});
  auto settle = command_for(domain::CommandKind::settle, ann, event);
  settle.accepted_at = now() + std::chrono::hours(1000);
  commit([&](pqxx::work& tx) { return carry_out_deadline(tx, settle); });
  carry_out_pieces(event, settle.accepted_at);
  LONGS_EQUAL(0, details_of(event).waiting_list_count);
  LONGS_EQUAL(0, details_of(event).types[0].waiting + details_of(event).types[1].waiting);
  LONGS_EQUAL(1, details_of(event).types[1].live);
}

TEST(StoragePools, OfANewEventAreStoredWithIt) {
  auto event_with_pools = new_event(make_user());
  storage::PoolsAndTypes all;
  all.pools.push_back(storage::pool_of(fresh<PoolId>(), {.name = "Floor", .capacity = 7, .held_back = 2}));
  TicketTypeChanges adult;
  adult.name = "Adult";
  adult.sales_end = std::optional(now());
  all.types.push_back(storage::type_of(fresh<TicketTypeId>(), adult));
  all.types[0].pool = all.pools[0].id;
  event_with_pools.edition = domain::kEditionOfPools;
  event_with_pools.total_tickets = 7;
  event_with_pools.held_back = 2;
  commit([&](pqxx::work& tx) {
    storage::insert_event(tx, event_with_pools);
    storage::insert_pools_and_types(tx, event_with_pools.id, all);
  });
  expect_text("", damage(event_with_pools.id));
  const auto details = details_of(event_with_pools.id);
  LONGS_EQUAL(5, details.available_tickets);
  expect_text("Floor", details.pools.at(0).name.value_or(""));
  CHECK_TRUE(details.types.at(0).sales.end == adult.sales_end.value());
  CHECK(carry_out(book(dee, event_with_pools.id, std::nullopt)).reason == Reason::sale_ended);
}

TEST(StoragePools, OpenATypeToTheCodeThatItWasGiven) {
  const auto hash = storage::access_code_hash(upstairs, "FRIENDS");
  CHECK_TRUE(hash == storage::access_code_hash(upstairs, "FRIENDS"));
  CHECK_FALSE(hash == storage::access_code_hash(upstairs, "FRIEND"));
  CHECK_FALSE(hash == storage::access_code_hash(on_floor, "FRIENDS"));
}

// In a line of many a part is loaded of each pool: enough, whatever the batch is about.
TEST(StoragePools, OfManyWaitersLoadAPart) {
  open_balcony(2);
  const auto users = make_users(40);
  for (std::size_t i = 0; i < users.size(); ++i)
    carry_out(book(users[i], event, i % 2 == 0 ? upstairs : on_floor, 1 + static_cast<int>(i % 3 == 0 && i % 2 == 0)));
  for (int i = 0; i < 10; ++i) {
    std::vector<domain::Command> batch;
    for (const auto& user : users_in_state(event, "confirmed")) batch.push_back(cancel(user, event));
    batch.push_back(by_owner(event, domain::SetPool{i % 2 == 0 ? balcony : floor, {.capacity = 3 + i}}));
    carry_out(batch);
    expect_text("", damage(event));
  }
}

}  // namespace ticketd::tests
