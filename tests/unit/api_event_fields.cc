#include "api/event_fields.h"
#include "support/fakes.h"

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

TEST_GROUP(EventFields) {
  Json body = *Json::parse(R"({"title":" Jazz ","description":"d","location":"l","number_of_tickets":5,
    "start_date_time":"2027-05-01T19:30Z","end_date_time":"2027-05-01T22:00Z"})");

  const Time now = *parse_time("2027-01-01T00:00Z");

  Result<storage::EventDetails> read_new(const Json& event) {
    return read_new_event(event, numbered<EventId>(1), now, random);
  }
  SeededRandom random{1};

  std::string errors_of(const Refusal& refusal) {
    std::string list;
    for (const auto& error : refusal.errors) list += error.field + ':' + error.code + ' ';
    return list;
  }
  // The refusal of the event with one field changed.
  std::string errors_with(const char* field, const Json& value) {
    auto changed = *Json::parse(body.dump());
    const auto event = read_new(changed.set(field, value));
    return event.ok() ? "" : errors_of(event.refusal());
  }
  std::string change_errors(const Json& changes) {
    const auto read = read_event_changes(changes);
    return read.ok() ? "" : errors_of(read.refusal());
  }
};

TEST(EventFields, ReadANewEvent) {
  const auto event = *read_new(body);
  expect_text("Jazz", event.title);
  LONGS_EQUAL(5, event.total_tickets);
  LONGS_EQUAL(1, event.max_per_user);
  LONGS_EQUAL(100, event.max_per_booking);
  LONGS_EQUAL(3, event.max_skips);
  LONGS_EQUAL(24, event.saving_stops_hours);
  CHECK(event.visibility == domain::Visibility::listed);
  CHECK_FALSE(event.timezone.has_value());
  expect_text("2027-05-01T22:00:00.000Z", format_time(event.ends_at));
}

TEST(EventFields, ReportEveryMissingField) {
  expect_text(
      "title:required description:required location:required start_date_time:required "
      "end_date_time:required number_of_tickets:required ",
      errors_of(read_new(Json::object()).refusal()));
}

TEST(EventFields, KeepTheBoundsOfApi) {
  expect_text("", errors_with("title", std::string(255, 'x')));
  expect_text("title:too_long ", errors_with("title", std::string(256, 'x')));
  expect_text("", errors_with("description", std::string(10'000, 'x')));
  expect_text("location:too_long ", errors_with("location", std::string(10'001, 'x')));
  expect_text("", errors_with("number_of_tickets", 1'000'000));
  expect_text("number_of_tickets:out_of_range ", errors_with("number_of_tickets", 1'000'001));
  expect_text("number_of_tickets:out_of_range ", errors_with("number_of_tickets", 0));
  expect_text("", errors_with("max_per_user", 100));
  expect_text("max_per_user:out_of_range ", errors_with("max_per_user", 101));
  for (const auto& [field, least, most] :
       {std::tuple("max_per_booking", 1, 100), std::tuple("max_skips", 0, 100),
        std::tuple("saving_stops_hours", 0, 8784), std::tuple("hold_minutes", 0, 43'200),
        std::tuple("offer_minutes", 0, 43'200), std::tuple("offer_stops_minutes", 0, 43'200)}) {
    const auto out_of_range = std::string(field) + ":out_of_range ";
    for (const int good : {least, most}) {
      expect_text("", errors_with(field, good));
      expect_text("", change_errors(Json::object({{field, good}})));
    }
    for (const int bad : {least - 1, most + 1}) {
      expect_text(out_of_range, errors_with(field, bad));
      expect_text(out_of_range, change_errors(Json::object({{field, bad}})));
    }
  }
}

TEST(EventFields, SayWhoFindsIt) {
  CHECK(read_new(body.set("visibility", "unlisted"))->visibility == domain::Visibility::unlisted);
  CHECK(read_event_changes(Json::object({{"visibility", "public"}}))->visibility == domain::Visibility::listed);
  for (const Json& bad : {Json("Public"), Json("hidden"), Json("")}) {
    expect_text("visibility:invalid ", errors_with("visibility", bad));
    expect_text("visibility:invalid ", change_errors(Json::object({{"visibility", bad}})));
  }
  expect_text("visibility:wrong_type ", errors_with("visibility", Json(true)));
}

TEST(EventFields, HaveATimeZoneThatThereIs) {
  expect_text("Europe/Berlin", *read_new(body.set("timezone", " Europe/Berlin "))->timezone);
  expect_text("", change_errors(Json::object({{"timezone", "Asia/Kathmandu"}})));
  expect_text("timezone:invalid ", errors_with("timezone", "Europe/Atlantis"));
  expect_text("timezone:invalid ", change_errors(Json::object({{"timezone", "../zoneinfo/UTC"}})));
  expect_text("timezone:required ", errors_with("timezone", " "));
  expect_text("timezone:too_long ", errors_with("timezone", std::string(65, 'x')).substr(0, 18));
  expect_text("timezone:wrong_type ", errors_with("timezone", Json(1)));
}

TEST(EventFields, KnowWhoseYesCountsAndWhenALineCloses) {
  const auto event = *read_new(body);
  LONGS_EQUAL(0, event.hold_minutes + event.offer_minutes);
  LONGS_EQUAL(120, event.offer_stops_minutes);
  CHECK_TRUE(event.confirmed_by == domain::ConfirmedBy::attendee && event.line_closes == domain::LineCloses::end);
  const auto changes = *read_event_changes(*Json::parse(R"({"confirmed_by":"organiser","line_closes":"start"})"));
  CHECK_TRUE(changes.rules.confirmed_by == domain::ConfirmedBy::organiser);
  CHECK_TRUE(changes.rules.line_closes == domain::LineCloses::start && !changes.rules.hold_minutes);
  for (const auto* field : {"confirmed_by", "line_closes"}) {
    expect_text(std::string(field) + ":invalid ", errors_with(field, "nobody"));
    expect_text(std::string(field) + ":invalid ", change_errors(Json::object({{field, "nobody"}})));
  }
}

TEST(EventFields, NeedAnEndAfterTheStart) {
  expect_text("end_date_time:invalid_date ", errors_with("end_date_time", "2027-05-01T19:30Z"));
  expect_text("", errors_with("end_date_time", "2027-05-01T19:30:00.001Z"));
  expect_text("end_date_time:invalid_date ", errors_with("end_date_time", "2027-05-01T20:00+02:00"));
}

TEST(EventFields, TakeAnEventOfAYear) {
  expect_text("", errors_with("end_date_time", "2028-05-01T19:30Z"));
  expect_text("end_date_time:out_of_range ", errors_with("end_date_time", "2028-05-01T19:30:00.001Z"));
  expect_text("end_date_time:out_of_range ", errors_with("start_date_time", "1970-01-01T00:00Z"));
}

TEST(EventFields, TakeAStartWithinTenYearsOrInThePast) {
  body.set("start_date_time", "2037-01-01T00:00Z").set("end_date_time", "2037-01-02T00:00Z");
  expect_text("", errors_with("title", "Jazz"));
  expect_text("start_date_time:out_of_range ", errors_with("start_date_time", "2037-01-01T00:00:00.001Z"));
  body.set("start_date_time", "1970-01-01T00:00Z").set("end_date_time", "1970-01-02T00:00Z");
  expect_text("", errors_with("title", "Jazz"));
  expect_text(
      "start_date_time:out_of_range end_date_time:out_of_range ",
      errors_of(read_new(body.set("start_date_time", "9000-01-01T00:00Z").set("end_date_time", "9999-01-01T00:00Z"))
                    .refusal()));
}

TEST(EventFields, TakeAnyOneChange) {
  const auto changes = *read_event_changes(Json::object({{"max_per_user", 3}, {"title", nullptr}}));
  CHECK_TRUE(changes.rules.max_per_user == 3 && !changes.title && !changes.total_tickets && !changes.ends_at);
}

TEST(EventFields, RefuseNoChangeAtAll) {
  CHECK_FALSE(read_event_changes(Json::object()).ok());
  CHECK_FALSE(read_event_changes(Json::object({{"user_id", "x"}})).ok());
}

TEST(EventFields, RefuseAChangeToNothing) {
  expect_text("title:required ", change_errors(Json::object({{"title", " "}})));
}

TEST(EventFields, CompareAChangedDateWithTheOtherThatStays) {
  const auto event = *read_new(body);
  domain::EventChanges changes;
  changes.starts_at = event.ends_at;
  CHECK_TRUE(dates_refusal(event, changes, now).has_value());
  changes.ends_at = event.ends_at + seconds(1);
  CHECK_FALSE(dates_refusal(event, changes, now).has_value());
}

// From before there were the rules: 1970 to 9999.
TEST(EventFields, LeaveDatesThatStayAsTheyAre) {
  storage::Event event;
  event.starts_at = from_epoch_ms(0);
  event.ends_at = *parse_time("9999-01-01T00:00Z");
  domain::EventChanges changes;
  changes.title = "Jazz";
  CHECK_FALSE(dates_refusal(event, changes, now).has_value());
  changes.starts_at = event.starts_at;
  changes.ends_at = event.ends_at;
  CHECK_FALSE(dates_refusal(event, changes, now).has_value());
  changes.ends_at = event.ends_at - seconds(1);
  expect_text("end_date_time:out_of_range ", errors_of(*dates_refusal(event, changes, now)));
  changes.starts_at = event.ends_at - seconds(2);
  expect_text("start_date_time:out_of_range ", errors_of(*dates_refusal(event, changes, now)));
}
