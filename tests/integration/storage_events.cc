// Events as their owners write them, and the idempotency of making one.
#include "storage/events.h"

#include <atomic>

#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(StorageEvents, IntegrationTest){
    static storage::Event find(EventId id){return *commit([&](pqxx::work& tx) { return storage::find_event(tx, id); });
}  // namespace ticketd::tests
static std::optional<storage::Event> update(EventId id, UserId owner, const domain::EventChanges& changes) {
  return commit([&](pqxx::work& tx) { return storage::update_event(tx, id, owner, changes, now()); });
}
static storage::Holding holding(EventId event, UserId user) {
  return commit([&](pqxx::work& tx) { return storage::find_holding(tx, event, user, now()); });
}
}
;

TEST(StorageEvents, FindsWhatWasInserted) {
  auto event = new_event(make_user(), 7, 3);
  event.title = "\"Quotes\", \\ and Ünïcødé 🎷";
  commit([&](pqxx::work& tx) { storage::insert_event(tx, event); });
  const auto found = find(event.id);
  expect_text(event.title, found.title);
  CHECK(found.starts_at == event.starts_at && found.ends_at == event.ends_at && found.created_at == event.created_at);
  CHECK(found.owner == event.owner);
  LONGS_EQUAL(7, found.available_tickets);
  LONGS_EQUAL(3, found.max_per_user);
}

TEST(StorageEvents, KnowsWhatItsOwnerSaysOfGroups) {
  auto event = new_event(make_user(), 7, 3);
  event.max_per_booking = 9;
  event.max_skips = 0;
  event.saving_stops_hours = 8784;
  commit([&](pqxx::work& tx) { storage::insert_event(tx, event); });
  const auto found = find(event.id), other = find(make_event());
  LONGS_EQUAL(9, found.max_per_booking);
  LONGS_EQUAL(0, found.max_skips);
  LONGS_EQUAL(8784, found.saving_stops_hours);
  LONGS_EQUAL(100, other.max_per_booking);
  LONGS_EQUAL(3, other.max_skips);
  LONGS_EQUAL(24, other.saving_stops_hours);
}

TEST(StorageEvents, KnowsWhoFindsItAndItsTimeZone) {
  auto event = new_event(make_user());
  CHECK(find(make_event()).visibility == domain::Visibility::listed);
  CHECK_FALSE(find(make_event()).timezone.has_value());
  event.visibility = domain::Visibility::unlisted;
  event.timezone = "Europe/Berlin";
  commit([&](pqxx::work& tx) { storage::insert_event(tx, event); });
  CHECK(find(event.id).visibility == domain::Visibility::unlisted);
  expect_text("Europe/Berlin", *find(event.id).timezone);
  const auto after = update(event.id, event.owner, {.timezone = "Asia/Tokyo"});
  expect_text("Asia/Tokyo", *after->timezone);
  CHECK(after->visibility == domain::Visibility::unlisted);
}

// As the worker carries it out.
TEST(StorageEvents, ChangesWhoFindsItWithWhatGoesThroughTheQueue) {
  const auto event = make_event(3);
  auto command = remove(event);
  command.action = domain::UpdateEvent{
      {.total_tickets = 9, .visibility = domain::Visibility::unlisted, .timezone = "Europe/Berlin"}};
  carry_out(command);
  LONGS_EQUAL(9, find(event).total_tickets);
  CHECK(find(event).visibility == domain::Visibility::unlisted);
  expect_text("Europe/Berlin", *find(event).timezone);
}

TEST(StorageEvents, TellsUntilWhenSeatsAreSavedAndForHowMany) {
  auto event = new_event(make_user(), 5, 100);
  event.max_skips = 0;
  event.saving_stops_hours = 1;
  commit([&](pqxx::work& tx) { storage::insert_event(tx, event); });
  CHECK_FALSE(find(event.id).saved_until.has_value());
  for (const int quantity : {3, 4}) {
    auto command = book(make_user(), event.id);
    command.action = domain::Book{*command.booking(), quantity, {}};
    carry_out(command);
  }
  const auto found = find(event.id);
  CHECK(found.saved_until == event.starts_at - std::chrono::hours(1));
  LONGS_EQUAL(2, found.available_tickets);
  LONGS_EQUAL(1, found.waiting_list_count);
  LONGS_EQUAL(4, found.waiting_tickets);
  const auto standing =
      *commit([&](pqxx::work& tx) { return storage::find_standing(tx, event.id, event.owner, now()); });
  CHECK(standing.saved_until == found.saved_until);
  LONGS_EQUAL(2, standing.available_tickets);
  LONGS_EQUAL(4, standing.waiting_tickets);
}

TEST(StorageEvents, DoesNotFindWhatIsNotThere) {
  CHECK_FALSE(commit([](pqxx::work& tx) { return storage::find_event(tx, fresh<EventId>()); }).has_value());
}

TEST(StorageEvents, AnUpdateChangesWhatIsNamedAndNothingElse) {
  const auto before = find(make_event());
  domain::EventChanges changes;
  changes.location = "Roof";
  const auto after = update(before.id, before.owner, changes);
  expect_text("Roof", after->location);
  expect_text(before.title, after->title);
  CHECK(after->starts_at == before.starts_at && after->total_tickets == before.total_tickets);
}

TEST(StorageEvents, SomebodyElsesEventIsNotUpdated) {
  const auto event = make_event();
  domain::EventChanges changes;
  changes.title = "Mine";
  CHECK_FALSE(update(event, make_user(), changes).has_value());
  CHECK(find(event).title != "Mine");
}

TEST(StorageEvents, ACancelledEventIsNotUpdated) {
  const auto event = make_event();
  carry_out(remove(event));
  domain::EventChanges changes;
  changes.title = "Back";
  CHECK_FALSE(update(event, owner_of(event), changes).has_value());
}

TEST(StorageEvents, AnEventIsNotMadeToEndBeforeItStarts) {
  const auto event = find(make_event());
  domain::EventChanges changes;
  changes.ends_at = event.starts_at - seconds(1);
  CHECK_FALSE(update(event.id, event.owner, changes).has_value());
}

TEST(StorageEvents, HoldingCountsBothKindsAndThePlaceInTheLine) {
  const auto event = make_event(2, 3);
  const auto users = make_users(3);
  carry_out({book(users[0], event), book(users[1], event), book(users[2], event), book(users[0], event),
             book(users[0], event)});
  const auto held = holding(event, users[0]);
  LONGS_EQUAL(1, held.confirmed);
  LONGS_EQUAL(2, held.waitlisted);
  LONGS_EQUAL(2, *held.place);
}

TEST(StorageEvents, WhoHoldsNothingHasNoPlace) {
  const auto held = holding(make_event(), make_user());
  LONGS_EQUAL(0, held.confirmed + held.waitlisted);
  CHECK_FALSE(held.place.has_value());
}

TEST(StorageEvents, OpenOnesAreCountedUntilTheyAreOverOrCancelled) {
  const auto owner = make_user();
  make_event_of(owner);
  const auto removed = make_event_of(owner);
  make_event();
  const auto has = [&](int count, Time at = now()) {
    return commit([&](pqxx::work& tx) { return storage::has_open_events(tx, owner, count, at); });
  };
  CHECK(has(1) && has(2));
  CHECK_FALSE(has(3));
  CHECK_FALSE(has(1, find(removed).ends_at));
  carry_out(remove(removed));
  CHECK(has(1));
  CHECK_FALSE(has(2));
}

TEST_GROUP_BASE(StorageIdempotency, IntegrationTest) {
  const UserId user = make_user();
  storage::IdempotencyClaim claim(const std::string& fingerprint, const std::string& answer, Time at = now(),
                                  const std::string& key = "key") const {
    return commit(
        [&](pqxx::work& tx) { return storage::insert_idempotency_key(tx, user, key, fingerprint, answer, at); });
  }
};

TEST(StorageIdempotency, TheFirstClaimsTheSecondGetsItsAnswer) {
  CHECK(claim("same", "first").claimed);
  const auto second = claim("same", "second");
  CHECK_FALSE(second.claimed);
  CHECK(second.same_request);
  expect_text("first", second.answer);
}

TEST(StorageIdempotency, AnotherRequestUnderTheSameKeyIsNoticed) {
  claim("one", "first");
  const auto second = claim("other", "second");
  CHECK_FALSE(second.claimed || second.same_request);
}

TEST(StorageIdempotency, AKeyIsFreeAgainAfterADay) {
  claim("same", "first", now() - std::chrono::hours(24) - seconds(1));
  CHECK(claim("other", "second").claimed);
  expect_text("second", claim("other", "third").answer);
}

TEST(StorageIdempotency, LookingClaimsNothing) {
  const auto look = [&](const std::string& fingerprint, Time at = now()) {
    return commit([&](pqxx::work& tx) { return storage::find_idempotency_claim(tx, user, "key", fingerprint, at); });
  };
  CHECK_FALSE(look("same").has_value());
  CHECK(claim("same", "first").claimed);
  expect_text("first", look("same")->answer);
  CHECK(look("same")->same_request && !look("same")->claimed);
  CHECK_FALSE(look("other")->same_request);
  CHECK_FALSE(look("same", now() + std::chrono::hours(24) + seconds(1)).has_value());
}

TEST(StorageIdempotency, KeysOfTwoPeopleAreTwoKeys) {
  claim("same", "first");
  const auto other = make_user();
  CHECK(commit([&](pqxx::work& tx) {
          return storage::insert_idempotency_key(tx, other, "key", "same", "theirs", now());
        }).claimed);
}

TEST(StorageIdempotency, OneOfManyAtOnceClaimsAndTheRestGetItsAnswer) {
  std::atomic<int> claimed = 0, same_answer = 0;
  std::array<storage::IdempotencyClaim, 16> claims;
  at_once(16, [&](int i) { claims.at(static_cast<std::size_t>(i)) = claim("same", std::to_string(i)); });
  const auto answer = sql_text("SELECT answer FROM idempotency_keys WHERE user_id = $1", user.str());
  for (const auto& one : claims) {
    claimed += one.claimed ? 1 : 0;
    same_answer += !one.claimed && one.answer == answer ? 1 : 0;
  }
  LONGS_EQUAL(1, claimed);
  LONGS_EQUAL(15, same_answer);
}

TEST(StorageIdempotency, TheKeyIsFreeWhenTheFirstOneRollsBack) {
  auto first = open_session(), second = open_session();
  const int second_pid = second.get().backendpid();
  auto tx = std::make_unique<pqxx::work>(first.get());
  storage::insert_idempotency_key(*tx, user, "key", "same", "lost", now());
  bool claimed = false;
  std::jthread other([&] {
    pqxx::work mine(second.get());
    claimed = storage::insert_idempotency_key(mine, user, "key", "same", "kept", now()).claimed;
    mine.commit();
  });
  CHECK(await_blocked(second_pid));
  tx.reset();
  other.join();
  CHECK(claimed);
}

}  // namespace ticketd::tests
