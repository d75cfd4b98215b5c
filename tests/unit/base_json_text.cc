#include "base/json_text.h"

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

TEST_GROUP(JsonText){};

TEST(JsonText, WritesEveryKindOfValue) {
  const auto text = JsonText::object({{"text", "a"},
                                      {"number", std::int64_t{-7}},
                                      {"yes", true},
                                      {"no", false},
                                      {"nothing", nullptr},
                                      {"absent", std::optional<std::string>()},
                                      {"present", std::optional(3)},
                                      {"inner", JsonText::object({{"n", 1}})}});
  expect_text(
      R"({"text":"a","number":-7,"yes":true,"no":false,"nothing":null,"absent":null,"present":3,"inner":{"n":1}})",
      text.str());
}

TEST(JsonText, EscapesTexts) {
  const auto text = JsonText::object({{"t", std::string("\"\\\n\x01é\xff\0", 8)}});
  expect_text("{\"t\":\"\\\"\\\\\\u000a\\u0001é\xef\xbf\xbd\xef\xbf\xbd\"}", text.str());
}

// C1, DEL, separators of lines, changes of direction: as they come in paths that are logged.
TEST(JsonText, LeavesNothingThatATerminalActsUpon) {
  const auto text =
      JsonText::object({{"t", "\x7f\u009b2J\u2028\u2029\u202e\u2066\u2069 \u00a0\u2027\u202f\u2065\u206a"}});
  expect_text("{\"t\":\"\\u007f\\u009b2J\\u2028\\u2029\\u202e\\u2066\\u2069 \u00a0\u2027\u202f\u2065\u206a\"}",
              text.str());
}

TEST(JsonText, GrowsByFieldsAndElements) {
  auto list = JsonText::array();
  expect_text("[]", list.str());
  expect_text("[1,true]", list.push(1).push(true).str());
  auto object = JsonText::object();
  CHECK_TRUE(object.is_empty());
  expect_text(R"({"a":"x","list":[1,true]})", object.set("a", "x").set("list", list).str());
  CHECK_FALSE(object.is_empty());
}
