#include "base/time.h"

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

namespace {

// The text as the wire would give it back, or "refused".
std::string round_trip(std::string_view text) {
  const auto time = parse_time(text);
  return time ? format_time(*time) : "refused";
}

void expect_refused(std::initializer_list<const char*> texts) {
  for (const auto* text : texts) STRCMP_EQUAL_TEXT("refused", round_trip(text).c_str(), text);
}

}  // namespace

TEST_GROUP(Time){};

TEST(Time, ReadsMinutesAlone) { expect_text("2027-05-01T19:30:00.000Z", round_trip("2027-05-01T19:30Z")); }

TEST(Time, ReadsSecondsAndMilliseconds) {
  expect_text("2027-05-01T19:30:59.999Z", round_trip("2027-05-01T19:30:59.999Z"));
}

TEST(Time, FillsAShortFractionWithZeros) {
  expect_text("2027-05-01T19:30:00.250Z", round_trip("2027-05-01T19:30:00.25Z"));
  expect_text("2027-05-01T19:30:00.500Z", round_trip("2027-05-01T19:30:00.5Z"));
}

TEST(Time, CutsTheDigitsPastTheMillisecond) {
  expect_text("2027-05-01T19:30:00.999Z", round_trip("2027-05-01T19:30:00.9999Z"));
  expect_text("2027-05-01T19:30:00.123Z", round_trip("2027-05-01T19:30:00.123456789Z"));
}

TEST(Time, CutsHoweverManyDigitsThereAre) {
  expect_text("2027-05-01T19:30:00.123Z", round_trip("2027-05-01T19:30:00.123456789012Z"));
}

TEST(Time, TurnsZonesIntoUtc) {
  expect_text("2027-05-01T17:30:00.250Z", round_trip("2027-05-01T19:30:00.250+02:00"));
  expect_text("2027-05-02T01:00:00.000Z", round_trip("2027-05-01T19:30:00-05:30"));
  expect_text("2027-05-01T17:30:00.000Z", round_trip("2027-05-01T19:30+0200"));
}

TEST(Time, CarriesAZoneOverTheYearsEnd) {
  expect_text("2028-01-01T00:30:00.000Z", round_trip("2027-12-31T23:30-01:00"));
  expect_text("2027-12-31T23:30:00.000Z", round_trip("2028-01-01T00:30+01:00"));
}

TEST(Time, RefusesATimeWithoutAZone) {
  expect_refused({"2027-05-01T19:30", "2027-05-01T19:30:00", "2027-05-01T19:30:00.250", "2027-05-01"});
}

TEST(Time, TakesTheLeapDayInLeapYearsAlone) {
  expect_text("2028-02-29T00:00:00.000Z", round_trip("2028-02-29T00:00Z"));
  expect_text("2000-02-29T00:00:00.000Z", round_trip("2000-02-29T00:00Z"));
  expect_refused({"2027-02-29T00:00Z", "2100-02-29T00:00Z"});
}

TEST(Time, RefusesADayThatTheMonthDoesNotHave) {
  expect_refused(
      {"2027-04-31T00:00Z", "2027-01-32T00:00Z", "2027-01-00T00:00Z", "2027-00-10T00:00Z", "2027-13-10T00:00Z"});
}

TEST(Time, RefusesAnHourThatTheDayDoesNotHave) {
  expect_refused({"2027-05-01T24:00Z", "2027-05-01T23:60Z", "2027-05-01T23:59:60Z", "2027-05-01T23:59:61Z"});
}

TEST(Time, RefusesZonesThatAreNone) {
  expect_refused({"2027-05-01T19:30+15:00", "2027-05-01T19:30+02:60", "2027-05-01T19:30+2:00", "2027-05-01T19:30+",
                  "2027-05-01T19:30 CET", "2027-05-01T19:30ZZ", "2027-05-01T19:30Z+02:00"});
}

TEST(Time, RefusesWhatIsNoTime) {
  expect_refused({"", "Z", "tomorrow", "1800000000", "2027-5-1T19:30Z", "+2027-05-01T19:30Z", "2027-05-01T19:30:Z",
                  "2027-05-01T19:30:00.Z", "2027-05-01T19:30Z ", " 2027-05-01T19:30Z", "2027-05-01T19.5Z",
                  "20270501T193000Z", "2027-05-01T-1:30Z", "2027-05-01T1 :30Z"});
}

TEST(Time, RefusesAYearOutside1970To9999) {
  expect_refused({"1969-12-31T23:59:59.999Z", "0000-01-01T00:00Z", "10000-01-01T00:00Z"});
  expect_text("1970-01-01T00:00:00.000Z", round_trip("1970-01-01T00:00Z"));
  expect_text("9999-12-31T23:59:59.999Z", round_trip("9999-12-31T23:59:59.999Z"));
}

TEST(Time, RefusesAYearThatLiesOutsideOnceItIsUtc) {
  expect_refused({"1970-01-01T00:00+14:00", "9999-12-31T23:59-14:00"});
}

TEST(Time, OfADateIsBefore10000) {
  CHECK_TRUE(is_date(0) && is_date(epoch_ms(*parse_time("9999-12-31T23:59:59.999Z"))));
  CHECK_FALSE(is_date(-1) || is_date(253'402'300'800'000));
}

TEST(Time, RefusesANulAfterTheZone) {
  CHECK_FALSE(parse_time(std::string_view("2027-05-01T19:30Z\0", 18)).has_value());
}

TEST(Time, CountsMillisecondsAndSecondsSince1970) {
  const auto time = *parse_time("2027-01-15T08:00:00.999Z");
  LONGLONGS_EQUAL(1'800'000'000'999, epoch_ms(time));
  LONGLONGS_EQUAL(1'800'000'000, epoch_s(time));
  CHECK_TRUE(from_epoch_ms(1'800'000'000'999) == time);
}
