#include "storage/rows.h"

#include "unit/expect.h"

using namespace ticketd::storage;
using namespace ticketd::tests;

TEST_GROUP(ArrayText) { ArrayText array; };

TEST(ArrayText, IsEmptyBracesWithoutElements) { expect_text("{}", array.str()); }

TEST(ArrayText, SeparatesByCommas) {
  array.add("a");
  array.add_raw("7");
  array.add_null();
  array.add("b");
  expect_text(R"({"a",7,NULL,"b"})", array.str());
}

TEST(ArrayText, QuotesWhatWouldEndAnElement) {
  array.add(R"(a"b\c)");
  array.add("x,y{}\n ");
  expect_text("{\"a\\\"b\\\\c\",\"x,y{}\n \"}", array.str());
}

TEST(ArrayText, KeepsTheEmptyTextAndTheWordNullFromBeingNull) {
  array.add("");
  array.add("NULL");
  expect_text(R"({"","NULL"})", array.str());
}

TEST(ArrayText, GoesOnAfterItWasRead) {
  array.add("a");
  expect_text(R"({"a"})", array.str());
  array.add("b");
  expect_text(R"({"a","b"})", array.str());
}

TEST(ArrayText, MakesNullOfNothing) {
  POINTERS_EQUAL(nullptr, or_null(std::nullopt));
  const std::optional<std::string> text = "x";
  STRCMP_EQUAL("x", or_null(text));
}
