#include "base/json.h"

#include "base/json_text.h"

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

namespace {

bool is_json(std::string_view text) { return Json::parse(text).has_value(); }

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_GROUP(Json){};

TEST(Json, ReadsEachTypeOfValue) {
  const auto json = *Json::parse(R"({"a":null,"b":true,"c":-7,"d":"x","e":[1,2],"f":{"g":0}})");
  CHECK_TRUE(json["a"].is_null() && json.has("a"));
  CHECK_TRUE(json["b"].boolean());
  LONGS_EQUAL(-7, json["c"].integer());
  expect_text("x", json["d"].text());
  LONGS_EQUAL(2, json["e"].at(1).integer());
  CHECK_TRUE(json["f"]["g"].is_integer());
}

TEST(Json, ReadsAnyValueAtTheTop) {
  for (const auto* text : {"null", "true", "7", "\"x\"", "[]", " {} \n"}) CHECK_TRUE_TEXT(is_json(text), text);
}

TEST(Json, RefusesWhatRfc8259DoesNotAllow) {
  for (const auto* text :
       {"",        " ",    "{",      "{}x",     "{} {}",    "[1,]",          "{\"a\":1,}", "{a:1}",
        "{'a':1}", "01",   "+1",     "1.",      ".5",       "0x10",          "NaN",        "Infinity",
        "nul",     "TRUE", "\"\t\"", "\"\\x\"", "// no\n1", "\xef\xbb\xbf{}"}) {
    CHECK_FALSE_TEXT(is_json(text), text);
  }
}

TEST(Json, SaysWhyItRefuses) {
  std::string why;
  CHECK_FALSE(Json::parse(R"({"a":1,"a":2})", &why).has_value());
  expect_contains("duplicate", why);
}

TEST(Json, SaysWhyInUtf8WhereItQuotesHalfACharacter) {
  std::string why;
  CHECK_FALSE(Json::parse("{\"title\":\"\\ud8\xd7\x9c\xa3\"}", &why).has_value());
  CHECK_TRUE(Json(why).is_string());
  expect_contains("invalid escape", why);
}

TEST(Json, TakesAnyBytesAsText) {
  const auto taken = [](std::string_view bytes) { return valid_text(bytes); };
  expect_text("Zo\xc3\xab \xf0\x9f\x8e\x9f", taken("Zo\xc3\xab \xf0\x9f\x8e\x9f"));
  expect_text("a\xef\xbf\xbd\xc3\xab\xef\xbf\xbd", taken("a\xff\xc3\xab\xc3"));
  expect_text("a\xef\xbf\xbd", taken(std::string_view("a\0", 2)));
}

TEST(Json, RefusesADuplicateKeyAtAnyDepth) {
  CHECK_FALSE(is_json(R"({"a":1,"a":1})"));
  CHECK_FALSE(is_json(R"({"x":[{"a":1,"a":2}]})"));
  CHECK_FALSE(is_json(R"({"a":1,"\u0061":2})"));
  CHECK_TRUE(is_json(R"({"a":{"a":1}})"));
}

// jansson 2.14 forgets a NUL byte that it has put back: it read the one that ended a number as if it were not there.
TEST(Json, RefusesNulWhereverItStands) {
  using namespace std::string_literals;
  for (const auto& text : {"{\"a\":1\0}"s, "{\"a\":1.5\0,\"b\":2}"s, "[true\0]"s, "[1]\0"s, "\0{}"s, "{\0\"a\":1}"s})
    CHECK_FALSE_TEXT(is_json(text), valid_text(text).c_str());
}

TEST(Json, RefusesNulEscapedOrNot) {
  CHECK_FALSE(is_json(R"("\u0000")"));
  CHECK_FALSE(is_json(R"({"\u0000":1})"));
  CHECK_FALSE(is_json(std::string_view("\"a\0b\"", 5)));
  CHECK_FALSE(is_json(std::string_view("{}\0", 3)));
}

TEST(Json, RefusesInvalidUtf8) {
  for (const auto* bad :
       {"\"\xff\"", "\"\xc3\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\x80\""})
    CHECK_FALSE(is_json(bad));
}

TEST(Json, RefusesHalfASurrogatePair) {
  CHECK_FALSE(is_json(R"("\ud83c")"));
  CHECK_FALSE(is_json(R"("\udf9f")"));
  expect_text("\xf0\x9f\x8e\x9f", Json::parse(R"("\ud83c\udf9f")")->text());
}

TEST(Json, RefusesAnIntegerBeyond64Bits) {
  LONGLONGS_EQUAL(INT64_MAX, Json::parse("9223372036854775807")->integer());
  LONGLONGS_EQUAL(INT64_MIN, Json::parse("-9223372036854775808")->integer());
  CHECK_FALSE(is_json("9223372036854775808"));
  CHECK_FALSE(is_json("-9223372036854775809"));
  CHECK_FALSE(is_json("1e999"));
}

TEST(Json, RefusesNestingDeeperThan2048) {
  CHECK_TRUE(is_json(nested(2048)));
  CHECK_FALSE(is_json(nested(2049)));
  CHECK_FALSE(is_json(std::string(8192, '[')));
}

TEST(Json, TakesAFractionForNoInteger) {
  CHECK_FALSE(Json::parse("1.0")->is_integer());
  LONGS_EQUAL(0, Json::parse("1.5")->integer());
}

TEST(Json, ReadsNullWhereThereIsNothing) {
  CHECK_TRUE(Json::object()["x"].is_null());
  CHECK_TRUE(Json::array().at(0).is_null());
  CHECK_TRUE(Json(7)["x"].is_null() && Json(7).at(3).is_null());
  CHECK_FALSE(Json::object().has("x"));
}

TEST(Json, ReadsAnotherTypesEmptyValue) {
  expect_text("", Json(7).text());
  LONGS_EQUAL(0, Json("7").integer());
  CHECK_FALSE(Json("true").boolean());
  LONGS_EQUAL(0, Json("abc").size());
}

TEST(Json, MakesNullOfInvalidUtf8) { CHECK_TRUE(Json("caf\xe9").is_null()); }

TEST(Json, MakesNullOfAnEmptyOptional) {
  CHECK_TRUE(Json(std::optional<int>()).is_null());
  LONGS_EQUAL(3, Json(std::optional(3)).integer());
}

TEST(Json, WritesKeysInTheOrderInWhichTheyWereSet) {
  auto json = Json::object({{"z", 1}, {"a", "x\n\""}});
  json.set("m", Json::array().push(true).push(nullptr));
  expect_text(R"({"z":1,"a":"x\n\"","m":[true,null]})", json.dump());
}

TEST(Json, HasOneCanonicalTextWhateverTheOrderOfKeys) {
  const auto one = Json::parse(R"({"b": {"y": 2, "x": 1}, "a": "\u0041"})");
  const auto other = Json::parse(R"({"a":"A","b":{"x":1,"y":2}})");
  CHECK_TRUE(*one == *other);
  expect_text(R"({"a":"A","b":{"x":1,"y":2}})", one->canonical());
  expect_text(one->canonical(), other->canonical());
}

TEST(Json, KeepsTheOrderOfArraysInCanonicalText) {
  CHECK_FALSE(Json::parse("[1,2]")->canonical() == Json::parse("[2,1]")->canonical());
}

TEST(Json, SharesItsValueWithItsCopies) {
  auto json = Json::object();
  const auto copy = json;
  json.set("a", 1);
  LONGS_EQUAL(1, copy["a"].integer());
}

TEST(Json, IsNullOnceMovedFrom) {
  auto json = Json("text");
  const auto moved = std::move(json);
  CHECK_TRUE(json.is_null());
  expect_text("text", moved.text());
}
