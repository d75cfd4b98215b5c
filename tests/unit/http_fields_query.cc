// lib/http/fields.cc on query strings.
#include "http/fields.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::http;
using namespace ticketd::tests;

TEST_GROUP(QueryFields) {
  Request request;

  Fields with(const std::string& query) {
    request.query = query;
    return Fields(request);
  }
  std::string first_error(const Fields& in) { return in.ok() ? "" : in.refusal().errors.at(0).code; }
};

TEST(QueryFields, ReadNumbersFromText) {
  auto in = with("limit=50&page=0&x=1e1&y=&z=+5&w=99999999999999999999");
  CHECK_TRUE(in.optional_number("limit", 1, 100) == 50);
  CHECK_TRUE(in.ok());
  for (const auto* bad : {"page", "x", "y", "z", "w"}) CHECK_FALSE(in.optional_number(bad, 1, 100).has_value());
  LONGS_EQUAL(5, in.refusal().errors.size());
}

TEST(QueryFields, ReadBooleansFromText) {
  auto in = with("a=true&b=1&c&d=false&e=0&f=yes");
  for (const auto* yes : {"a", "b", "c"}) CHECK_TRUE_TEXT(in.optional_boolean(yes) == true, yes);
  for (const auto* no : {"d", "e"}) CHECK_TRUE_TEXT(in.optional_boolean(no) == false, no);
  CHECK_FALSE(in.optional_boolean("f").has_value());
  expect_text("wrong_type", first_error(in));
}

TEST(QueryFields, DecodeAndTrimText) {
  auto in = with("q=+caf%C3%A9%20jazz+");
  expect_text("caf\xc3\xa9 jazz", in.text("q", {1, 9}));
  CHECK_TRUE(in.ok());
}

TEST(QueryFields, RefuseNulAndInvalidUtf8) {
  for (const auto* query : {"q=a%00b", "q=%FF", "q=%C3", "q=%ED%A0%80"}) {
    auto in = with(query);
    CHECK_FALSE(in.optional_text("q", {0, 9}).has_value());
    STRCMP_EQUAL_TEXT("invalid", first_error(in).c_str(), query);
  }
}

TEST(QueryFields, LeaveOutWhatIsMissing) {
  auto in = with("a=1");
  CHECK_FALSE(in.has("b") || in.optional_text("b", {1, 9}) || in.optional_time("b") || in.optional_boolean("b"));
  CHECK_TRUE(in.ok());
}

// As people write it: then the + of the zone comes as a space.
TEST(QueryFields, ReadATimeWhosePlusIsNotEncoded) {
  for (const auto* query : {"from=2027-05-01T19:30:00+02:00", "from=2027-05-01+19:30:00+02:00",
                            "from=2027-05-01T19:30+0200", "from=2027-05-01%2019:30%2002:00"}) {
    auto in = with(query);
    STRCMP_EQUAL_TEXT("2027-05-01T17:30:00.000Z", format_time(in.time("from")).c_str(), query);
    CHECK_TRUE(in.ok());
  }
}

TEST(QueryFields, RefuseATimeWithoutAZone) {
  for (const auto* query :
       {"from=2027-05-01+19:30", "from=2027-05-01T19:30", "from=2027-05-01", "from=2027-05-01++02:00"}) {
    auto in = with(query);
    CHECK_FALSE_TEXT(in.optional_time("from").has_value(), query);
  }
}

TEST(QueryFields, ReadATimeWhosePlusIsEncoded) {
  auto in = with("from=2027-05-01T19%3A30%2B02%3A00");
  expect_text("2027-05-01T17:30:00.000Z", format_time(in.time("from")));
  CHECK_TRUE(in.ok());
}
