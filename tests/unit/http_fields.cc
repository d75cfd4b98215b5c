#include "http/fields.h"

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::http;
using namespace ticketd::tests;

namespace {

Fields of(const char* json) { return Fields(*Json::parse(json)); }

// "field:code field:code …"
std::string errors_of(const Fields& in) {
  std::string list;
  for (const auto& error : in.refusal().errors) list += (list.empty() ? "" : " ") + error.field + ':' + error.code;
  return list;
}

std::string times(std::size_t count, std::string_view text) {
  std::string all;
  while (count-- > 0) all += text;
  return all;
}

// The errors of one field with this value, read by `read`.
template <class Read>
std::string errors_with(const Json& value, Read&& read) {
  Fields in(Json::object({{"x", value}}));
  read(in);
  return errors_of(in);
}

std::string email_errors(const Json& value) {
  return errors_with(value, [](Fields& in) { in.email("x"); });
}
std::string password_errors(const Json& value) {
  return errors_with(value, [](Fields& in) { in.password("x"); });
}

}  // namespace

TEST_GROUP(Fields){};

TEST(Fields, ReportEveryBadFieldAtOnce) {
  auto in = of(R"({"a":1,"b":"x","c":"","d":true,"e":"when","f":"id","g":101})");
  in.text("a", {1, 9});
  in.text("b", {2, 9});
  in.text("c", {1, 9});
  in.email("d");
  in.time("e");
  in.id<EventId>("f");
  in.number("g", 1, 100);
  in.password("h");
  expect_text("a:wrong_type b:too_short c:required d:wrong_type e:invalid_date f:invalid_id g:out_of_range h:required",
              errors_of(in));
  CHECK_TRUE(in.refusal().code == Code::validation_failed);
}

TEST(Fields, SayWhichFieldInTheMessage) {
  auto in = of("{}");
  in.text("title", {1, 9});
  expect_text("title is required", in.refusal().errors.at(0).message);
}

TEST(Fields, TrimText) {
  auto in = of(R"({"a":" \t\n x y \r\n"})");
  expect_text("x y", in.text("a", {1, 3}));
  CHECK_TRUE(in.ok());
}

TEST(Fields, TakeTextOfSpacesAloneForMissing) {
  auto in = of(R"({"a":"   "})");
  in.text("a", {1, 9});
  expect_text("a:required", errors_of(in));
}

TEST(Fields, TakeNullForMissing) {
  auto in = of(R"({"a":null,"b":null,"c":null,"d":null,"e":null})");
  in.text("a", {1, 9});
  in.number("b", 1, 9);
  expect_text("a:required b:required", errors_of(in));
  CHECK_FALSE(in.optional_text("c", {1, 9}) || in.optional_number("d", 1, 9) || in.optional_boolean("e"));
  CHECK_FALSE(in.has("a"));
}

TEST(Fields, CountCodePointsNotBytes) {
  const auto read = [](Fields& in) { in.text("x", {4, 4}); };
  expect_text("", errors_with(times(4, "\xc3\xa9"), read));
  expect_text("", errors_with(times(4, "\xf0\x9f\x8e\x9f"), read));
  expect_text("x:too_long", errors_with(times(5, "\xe2\x82\xac"), read));
  expect_text("x:too_short", errors_with(times(3, "\xf0\x9f\x8e\x9f"), read));
}

TEST(Fields, RefuseControlCharactersInText) {
  const auto read = [](Fields& in) { in.text("x", {1, 9}); };
  for (const auto* text : {"a\x01z", "a\x1bz", "a\x7fz", "a\xc2\x80z", "a\xc2\x9fz"})
    expect_text("x:invalid", errors_with(text, read));
  for (const auto* text : {"a\tb\r\nc", "a\xc2\xa0z", "\xc3\x80", "a\xe2\x80\xaez"})
    expect_text("", errors_with(text, read));
  expect_text("x:invalid", email_errors("a\xc2\x85@b"));
  for (const char* bad : {"a\u00a0@b", "a@\u200bb", "a\u2029@b", "a@b\u202e", "a\u3000@b", "a@\ufeffb", "a\ufe0f@b",
                          "\U000e0061a@b", "a@\u3164"})
    STRCMP_EQUAL_TEXT("x:invalid", email_errors(bad).c_str(), bad);
  for (const char* good : {"\u00a1@b", "a@\u2010b", "\u3001a@b", "a@\u2070"})
    STRCMP_EQUAL_TEXT("", email_errors(good).c_str(), good);
}

TEST(Fields, GiveAllTextInOneForm) {
  auto in = of(R"({"title":"Cafe\u0301 ","email":"zoe\u0308@example.org"})");
  expect_text("Caf\u00e9", in.text("title", {4, 4}));
  expect_text("zo\u00eb@example.org", in.email("email"));
  expect_text("zoe\u0308@example.org", in.as_sent("email"));
}

TEST(Fields, RefuseATextWithNothingToSee) {
  const auto read = [](Fields& in) { in.optional_text("x", {0, 9}); };
  for (const auto* text : {"\u200b", "\u3164", "\u2800", "\u00ad\u0301", "\u202e\u2069"})
    STRCMP_EQUAL_TEXT("x:invalid", errors_with(text, read).c_str(), text);
  for (const auto* text : {"", " ", "\u200bx", "🎟"}) STRCMP_EQUAL_TEXT("", errors_with(text, read).c_str(), text);
  expect_text("x:required", errors_with("\u00a0", [](Fields& in) { in.text("x", {1, 9}); }));
}

TEST(Fields, TakeAnEmailWithOneAtBetweenTwoParts) {
  for (const auto* good : {"a@b", "ann@example.org", " ann@example.org ", "j\xc3\xbcrgen+x@b\xc3\xbc.de"})
    STRCMP_EQUAL_TEXT("", email_errors(good).c_str(), good);
  for (const auto* bad : {"a", "@", "@b", "a@", "a@b@c", "a b@c", "a@b\nc", "a@b\tc", "a@b\x7f"})
    STRCMP_EQUAL_TEXT("x:invalid", email_errors(bad).c_str(), bad);
}

TEST(Fields, TakeAnEmailOf254Bytes) {
  expect_text("", email_errors(times(252, "a") + "@b"));
  expect_text("x:too_long", email_errors(times(253, "a") + "@b"));
}

TEST(Fields, KeepAnEmailAsGiven) {
  auto in = of(R"({"a":" Ann@Example.ORG "})");
  expect_text("Ann@Example.ORG", in.email("a"));
}

TEST(Fields, TakeAPasswordOf6To128Characters) {
  expect_text("x:too_short", password_errors("12345"));
  expect_text("", password_errors("123456"));
  expect_text("", password_errors(times(128, "a")));
  expect_text("x:too_long", password_errors(times(129, "a")));
  expect_text("", password_errors(times(128, "\xc3\xa9")));
  expect_text("x:too_long", password_errors(times(129, "\xc3\xa9")));
  expect_text("", password_errors(times(128, "e\u0301")));
  expect_text("x:required", password_errors(""));
  expect_text("x:wrong_type", password_errors(1234567));
}

TEST(Fields, KeepTheSpacesOfAPasswordAndASecret) {
  auto in = of(R"({"a":"  pass  ","b":" token "})");
  expect_text("  pass  ", in.password("a"));
  expect_text(" token ", in.secret("b"));
}

TEST(Fields, TakeASecretOfUpTo1024Characters) {
  const auto read = [](Fields& in) { in.secret("x"); };
  expect_text("", errors_with("1", read));
  expect_text("", errors_with(times(1024, "a"), read));
  expect_text("", errors_with(times(1024, "\xc3\xa9"), read));
  expect_text("x:too_long", errors_with(times(1025, "a"), read));
  expect_text("x:required", errors_with("", read));
}

TEST(Fields, TakeNumbersWithinTheirBounds) {
  const auto read = [](Fields& in) { in.number("x", 1, 100); };
  for (const int good : {1, 100}) expect_text("", errors_with(good, read));
  for (const int bad : {0, 101, -1}) expect_text("x:out_of_range", errors_with(bad, read));
  expect_text("x:out_of_range", errors_with(INT64_MAX, read));
  expect_text("x:out_of_range", errors_with(std::int64_t{4'294'967'297}, read));
}

TEST(Fields, TakeAWholeNumberHoweverItIsWritten) {
  for (const auto* body : {R"({"x":5})", R"({"x":5.0})", R"({"x":5e0})", R"({"x":50E-1})", R"({"x":0.5e1})"}) {
    auto in = of(body);
    LONGS_EQUAL_TEXT(5, in.number("x", 5, 5), body);
    CHECK_TRUE(in.ok());
  }
  for (const auto* body : {R"({"x":5.5})", R"({"x":1e300})", R"({"x":-1e300})", R"({"x":9007199254740993.0e3})"}) {
    auto in = of(body);
    in.number("x", 1, 9);
    STRCMP_EQUAL_TEXT("x:wrong_type", errors_of(in).c_str(), body);
  }
}

TEST(Fields, TakeNothingElseForAWholeNumber) {
  for (const auto* bad : {R"({"x":"5"})", R"({"x":5.5})", R"({"x":true})", R"({"x":[5]})", R"({"x":{}})"}) {
    auto in = of(bad);
    CHECK_FALSE(in.optional_number("x", 1, 9).has_value());
    expect_text("x:wrong_type", errors_of(in));
  }
}

TEST(Fields, TakeSoManyNumbersInAnArray) {
  auto in = of(R"({"a":[3,1.0,9,1],"b":null})");
  CHECK_TRUE(in.optional_numbers("a", 1, 9, 1, 4) == (std::vector{3, 1, 9, 1}));
  CHECK_FALSE(in.optional_numbers("b", 1, 9, 1, 4) || in.optional_numbers("c", 1, 9, 1, 4));
  CHECK_TRUE(in.ok());
  const auto read = [](Fields& it) { it.optional_numbers("x", 1, 9, 1, 2); };
  for (const auto* bad : {"1", "\"1\"", "{}", "[\"1\"]", "[1.5]", "[null]", "[[1]]", "[1,2,true]"})
    STRCMP_EQUAL_TEXT("x:wrong_type", errors_with(*Json::parse(bad), read).c_str(), bad);
  for (const auto* bad : {"[]", "[1,2,3]", "[0]", "[1,10]", "[10,0]", "[9223372036854775807]"})
    STRCMP_EQUAL_TEXT("x:out_of_range", errors_with(*Json::parse(bad), read).c_str(), bad);
  auto two = of(R"({"few":[],"high":[10]})");
  two.optional_numbers("few", 1, 9, 1, 2);
  two.optional_numbers("high", 1, 9, 1, 2);
  expect_text("few must have 1 to 2 elements", two.refusal().errors.at(0).message);
  expect_text("high must have numbers of 1 to 9", two.refusal().errors.at(1).message);
}

TEST(Fields, TakeTrueAndFalseAloneForABoolean) {
  auto in = of(R"({"a":true,"b":false,"c":"true","d":1})");
  CHECK_TRUE(in.optional_boolean("a") == true && in.optional_boolean("b") == false);
  CHECK_FALSE(in.optional_boolean("c") || in.optional_boolean("d") || in.optional_boolean("e"));
  expect_text("c:wrong_type d:wrong_type", errors_of(in));
}

TEST(Fields, TakeOneOfTheWords) {
  auto in = of(R"({"a":" past ","b":"Past"})");
  CHECK_TRUE(in.optional_word<int>("a", {{"past", 1}, {"all", 2}}) == 1);
  CHECK_FALSE(in.optional_word<int>("b", {{"past", 1}, {"all", 2}}).has_value());
  expect_text("b must be one of: past, all", in.refusal().errors.at(0).message);
}

TEST(Fields, ReadIdsAndTimes) {
  auto in = of(R"({"a":"0198abcd-ef01-7a2b-8c3d-4e5f60718293","b":"2027-05-01T19:30+02:00"})");
  expect_text("0198abcd-ef01-7a2b-8c3d-4e5f60718293", in.id<UserId>("a").str());
  expect_text("2027-05-01T17:30:00.000Z", format_time(in.time("b")));
  CHECK_TRUE(in.ok());
}

TEST(Fields, DoNotLookAtUnknownFields) {
  auto in = of(R"({"a":"x","evil":{"deep":[1,2,3]}})");
  in.text("a", {1, 9});
  CHECK_TRUE(in.ok() && in.ok("a") && in.ok("evil"));
}

TEST(Fields, NameABadFieldOnlyOnce) {
  auto in = of(R"({"a":7,"b":7,"c":7,"d":"x"})");
  in.text("a", {1, 9});
  in.email("b");
  in.time("c");
  in.number("d", 1, 9);
  expect_text("a:wrong_type b:wrong_type c:wrong_type d:wrong_type", errors_of(in));
}
