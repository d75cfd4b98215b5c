#include "queue/wire.h"

#include "support/decided.h"
#include "support/fakes.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::queue;
using namespace ticketd::tests;
using namespace ticketd::domain;

TEST_GROUP(Wire) {
  SeededRandom random;
  FixedClock clock;

  Command make(CommandKind kind) {
    Command command;
    command.id = CommandId::make(clock.now(), random);
    command.user = UserId::make(clock.now(), random);
    command.event = EventId::make(clock.now(), random);
    command.notification = NotificationId::make(clock.now(), random);
    command.accepted_at = clock.now();
    command.request_id = "req \"1\"\n";
    command.action = action_of(kind, BookingId::make(clock.now(), random));
    return command;
  }
  void expect_round_trip(const Command& command) {
    const auto fields = to_fields(command);
    CHECK_TRUE(from_fields(fields) == command);
    CHECK_TRUE(from_json_text(to_json_text(fields)) == command);
  }
  // The fields of a good command with one of them changed, or left out for null.
  Fields damaged(const std::string& name, const char* value) {
    auto fields = to_fields(make(name == "changes" ? CommandKind::update_event : CommandKind::book));
    std::erase_if(fields, [&](const auto& field) { return field.first == name; });
    if (value != nullptr) fields.emplace_back(name, value);
    return fields;
  }
  void expect_refused(const std::string& name, std::initializer_list<const char*> values) {
    for (const auto* value : values) {
      const auto fields = damaged(name, value);
      CHECK_FALSE_TEXT(from_fields(fields).has_value(), (name + "=" + (value == nullptr ? "" : value)).c_str());
      CHECK_FALSE(from_json_text(to_json_text(fields)).has_value());
    }
  }
};

TEST(Wire, CarriesEveryKind) {
  for (const auto kind : {CommandKind::book, CommandKind::cancel, CommandKind::update_event, CommandKind::delete_event})
    expect_round_trip(make(kind));
}

TEST(Wire, CarriesACancellationOfOneBooking) {
  auto command = make(CommandKind::cancel);
  command.action = domain::Cancel{BookingId::make(clock.now(), random)};
  expect_round_trip(command);
}

TEST(Wire, CarriesEveryChange) {
  auto command = make(CommandKind::update_event);
  changes_of(command) = {
      "T\xc3\xaftle \"x\"\n", "", "\\", clock.now(), from_epoch_ms(253'402'300'799'999), 1'000'000, {100}};
  expect_round_trip(command);
}

TEST(Wire, CarriesEachChangeAlone) {
  for (int field = 0; field < 7; ++field) {
    auto command = make(CommandKind::update_event);
    auto& changes = changes_of(command);
    if (field == 0) changes.title = "a";
    if (field == 1) changes.description = "b";
    if (field == 2) changes.location = "c";
    if (field == 3) changes.starts_at = clock.now();
    if (field == 4) changes.ends_at = clock.now();
    if (field == 5) changes.total_tickets = 7;
    if (field == 6) changes.rules.max_per_user = 2;
    expect_round_trip(command);
  }
}

TEST(Wire, LeavesOutWhatHasNoValue) {
  for (const auto& [name, value] : to_fields(make(CommandKind::delete_event)))
    CHECK_FALSE(name == "booking" || name == "changes");
}

TEST(Wire, CarriesPoolsAndTicketTypes) {
  auto command = make(CommandKind::set_pool);
  std::get<SetPool>(command.action).changes = {
      .name = "Floor \"1\"", .capacity = 7, .held_back = 0, .to = ReleaseTo::everybody};
  expect_round_trip(command);
  command = make(CommandKind::set_ticket_type);
  auto& type = std::get<SetTicketType>(command.action).changes;
  type.pool = PoolId::make(clock.now(), random);
  type.name = "Member";
  type.limit = std::optional(0);
  type.sales_start = std::optional(clock.now());
  type.visibility = TypeVisibility::code;
  type.access_code_hash = "abc";
  type.position = 3;
  type.archived = false;
  expect_round_trip(command);
}

// That a limit is taken away is not that it stays.
TEST(Wire, CarriesWhatIsTakenAway) {
  auto command = make(CommandKind::set_ticket_type);
  auto& type = std::get<SetTicketType>(command.action).changes;
  type.limit.emplace();
  type.sales_end.emplace();
  type.description.emplace();
  expect_round_trip(command);
}

// Whoever overlooked the type would book another one; the window, at any time.
TEST(Wire, KeepsTypesAndSalesWindowsFromEarlierReleases) {
  auto command = make(CommandKind::book);
  std::get<Book>(command.action).type = TicketTypeId::make(clock.now(), random);
  STRCMP_EQUAL("4", to_fields(command).front().second.c_str());
  expect_round_trip(command);
  command = make(CommandKind::update_event);
  changes_of(command).rules.sales = SalesWindow{.start = clock.now()};
  STRCMP_EQUAL("4", to_fields(command).front().second.c_str());
  expect_round_trip(command);
}

TEST(Wire, IgnoresFieldsOfLaterVersions) {
  auto fields = to_fields(make(CommandKind::book));
  fields.emplace_back("awaited", "1");
  CHECK_TRUE(from_fields(fields).has_value());
  CHECK_TRUE(from_json_text(to_json_text(fields)).has_value());
}

TEST(Wire, ReadsWhatTheFirstReleaseWrote) {
  auto fields = to_fields(make(CommandKind::book));
  std::erase_if(fields, [](const auto& field) { return field.first == "v"; });
  CHECK_TRUE(from_fields(fields).has_value());
  CHECK_FALSE(is_of_other_release(fields));
}

TEST(Wire, LeavesAnotherVersionToAnotherRelease) {
  for (const auto* version : {"0", "6", "99"}) {
    CHECK_FALSE(from_fields(damaged("v", version)).has_value());
    CHECK_TRUE(is_of_other_release(damaged("v", version)));
  }
}

TEST(Wire, CarriesTheTermsOfSeveralTickets) {
  auto command = make(CommandKind::book);
  std::get<Book>(command.action).quantity = 4;
  std::get<Book>(command.action).accept_fewer = Remainder::drop;
  CHECK_TRUE(from_fields(to_fields(command)) == command);
  command.action = Cancel{*command.booking(), 2};
  CHECK_TRUE(from_json_text(to_json_text(to_fields(command))) == command);
  command.action = UpdateBooking{*command.booking(), 3, true, Remainder::keep};
  CHECK_TRUE(from_fields(to_fields(command)) == command);
  command.action = UpdateEvent{{.rules = {.max_per_booking = 6, .max_skips = 0, .saving_stops_hours = 12}}};
  CHECK_TRUE(from_fields(to_fields(command)) == command);
  command.action = Confirm{*command.booking(), 2};
  CHECK_TRUE(from_json_text(to_json_text(to_fields(command))) == command);
  command.action = UpdateEvent{{.rules = {.hold_minutes = 30,
                                          .offer_minutes = 60,
                                          .offer_stops_minutes = 0,
                                          .confirmed_by = ConfirmedBy::organiser,
                                          .line_closes = LineCloses::start}}};
  CHECK_TRUE(from_fields(to_fields(command)) == command);
}

// Whoever overlooked them would book one ticket instead of four.
TEST(Wire, KeepsSeveralTicketsFromAnEarlierRelease) {
  auto command = make(CommandKind::book);
  STRCMP_EQUAL("1", to_fields(command).front().second.c_str());
  std::get<Book>(command.action).quantity = 4;
  STRCMP_EQUAL("2", to_fields(command).front().second.c_str());
  command.action = UpdateEvent{{.rules = {.offer_minutes = 60}}};
  STRCMP_EQUAL("3", to_fields(command).front().second.c_str());
}

TEST(Wire, KeepsWhoFindsAnEventFromEarlierReleases) {
  auto command = make(CommandKind::update_event);
  changes_of(command) = {.total_tickets = 7, .visibility = Visibility::unlisted};
  STRCMP_EQUAL("3", to_fields(command).front().second.c_str());
  expect_round_trip(command);
  changes_of(command) = {.rules = {.max_skips = 1}, .timezone = "Europe/Berlin"};
  STRCMP_EQUAL("3", to_fields(command).front().second.c_str());
  expect_round_trip(command);
  changes_of(command) = {.rules = {.max_skips = 1}};
  STRCMP_EQUAL("2", to_fields(command).front().second.c_str());
}

TEST(Wire, RefusesAVisibilityThatIsNone) {
  auto command = make(CommandKind::update_event);
  changes_of(command).visibility = Visibility::unlisted;
  for (const auto* bad : {R"({"visibility":"hidden"})", R"({"visibility":1})", R"({"timezone":1})"}) {
    auto fields = to_fields(command);
    for (auto& [name, value] : fields) {
      if (name == "changes") value = bad;
    }
    CHECK_FALSE(from_fields(fields).has_value());
  }
}

TEST(Wire, RefusesANumberOfTicketsThatIsNone) {
  auto command = make(CommandKind::book);
  std::get<Book>(command.action).quantity = 4;
  for (const auto* bad : {"0", "-1", "101", "4.5", "x", " 4"}) {
    auto fields = to_fields(command);
    for (auto& [name, value] : fields) {
      if (name == "quantity") value = bad;
    }
    CHECK_FALSE(from_fields(fields).has_value());
  }
}

TEST(Wire, LeavesAnotherKindToAnotherRelease) {
  for (const auto* kind : {"promote", "expire_hold"}) CHECK_TRUE(is_of_other_release(damaged("kind", kind)));
}

TEST(Wire, TakesGarbageForNoRelease) {
  for (const auto* kind : {"", "BOOK", "book ", "a kind of a name that is much too long for one"})
    CHECK_FALSE(is_of_other_release(damaged("kind", kind)));
  for (const auto* version : {"", "1", "x", "-1", "1.5"}) CHECK_FALSE(is_of_other_release(damaged("v", version)));
  CHECK_FALSE(is_of_other_release({{"kind", "refund"}, {"v", "2"}}));
}

TEST(Wire, RefusesAnUnknownKind) { expect_refused("kind", {nullptr, "", "promote", "BOOK"}); }

TEST(Wire, RefusesAnIdThatIsNone) {
  for (const auto* name : {"id", "user", "event", "notification"}) expect_refused(name, {nullptr, "", "7", "{}"});
  expect_refused("booking", {"7"});
}

TEST(Wire, RefusesABookingWithoutItsId) { expect_refused("booking", {nullptr, ""}); }

TEST(Wire, RefusesATimeThatIsNone) {
  expect_refused("at", {nullptr, "", "now", "1.5", "1800000000000x", " 1", "99999999999999999999"});
}

// Not even a row that says that it failed could hold it.
TEST(Wire, RefusesATimeThatNoDateHas) {
  expect_refused("at", {"-1", "253402300800000", "99999999999999999", "9223372036854775807"});
  expect_refused("changes", {R"({"starts_at":-1})", R"({"ends_at":253402300800000})"});
}

TEST(Wire, RefusesChangesThatAreNoObject) { expect_refused("changes", {"{", "[]", "7", "null"}); }

TEST(Wire, RefusesChangesOfAnotherType) {
  expect_refused("changes", {R"({"total_tickets":"many"})", R"({"max_per_user":null})", R"({"title":7})",
                             R"({"ends_at":"tomorrow"})", R"({"starts_at":true})", R"({"line_closes":"never"})",
                             R"({"confirmed_by":1})"});
}

TEST(Wire, RefusesACapacityBeyond32Bits) { expect_refused("changes", {R"({"total_tickets":4294967297})"}); }

TEST(Wire, RefusesARequestIdThatIsNoText) {
  CHECK_FALSE(from_fields(damaged("request", "a\xc3")).has_value());
  CHECK_TRUE(from_fields(damaged("request", nullptr)).has_value());
}

TEST(Wire, KeepsEveryFieldOfAnUnreadableEntry) {
  const auto json = to_json_text({{"kind", "b\xffok"}, {"kind", "cancel"}, {"", "x"}});
  expect_text("{\"kind\":\"b\xef\xbf\xbdok\",\"\":\"x\"}", json);
}

TEST(Wire, RefusesTextThatIsNoJsonObject) {
  for (const auto* text : {"", "{", "[]", "null", "{}"}) CHECK_FALSE(from_json_text(text).has_value());
}

TEST(Wire, NamesItsKeys) {
  const std::string zero = "00000000-0000-0000-0000-000000000000";
  expect_text("ticketd:commands:{7}", stream_key(7));
  expect_text("ticketd:pending:" + zero, pending_key({}));
  expect_text("ticketd:outcome:" + zero, outcome_key({}));
  expect_text("ticketd:closed:" + zero, closed_key(EventId{}));
  expect_text("ticketd:closed:" + zero, closed_key(UserId{}));
}

// A worker that does not know names would give back the whole booking.
TEST(Wire, CarriesNamedTicketsAsAVersionThatEarlierReleasesLeaveAlone) {
  auto command = make(CommandKind::cancel);
  command.action = domain::Cancel{BookingId::make(clock.now(), random), {}, parse_ticket_numbers("1 17 100")};
  expect_round_trip(command);
  const auto fields = to_fields(command);
  CHECK_TRUE(std::ranges::find(fields, std::pair<std::string, std::string>("tickets", "1 17 100")) != fields.end());
  expect_text("5", fields.front().second);
  for (const auto* bad : {"0", "101", "1,2", "1  2", " 1", "x"}) {
    auto damaged = fields;
    damaged.back().second = bad;
    CHECK_FALSE_TEXT(from_fields(damaged).has_value(), bad);
  }
}
