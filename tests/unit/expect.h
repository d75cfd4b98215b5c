// What the unit tests say about text. A check fails at the line that called it.
#pragma once
#include <CppUTest/Utest.h>
#include <CppUTest/UtestMacros.h>

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/json_text.h"
#include "support/where.h"

namespace ticketd::tests {

inline void expect_text(std::string_view expected, std::string_view actual, Where where = Where::current()) {
  STRCMP_EQUAL_LOCATION(std::string(expected).c_str(), std::string(actual).c_str(), "", where.file_name(),
                        where.line());
  LONGS_EQUAL_LOCATION(expected.size(), actual.size(), "a NUL in the text", where.file_name(), where.line());
}

inline Json parsed(const JsonText& text) { return Json::parse(text.str()).value_or(Json()); }

inline void expect_contains(std::string_view part, std::string_view whole, Where where = Where::current()) {
  STRCMP_CONTAINS_LOCATION(std::string(part).c_str(), std::string(whole).c_str(), "", where.file_name(), where.line());
}

inline void expect_lacks(std::string_view part, std::string_view whole, Where where = Where::current()) {
  const bool there = whole.find(part) != std::string_view::npos;
  CHECK_FALSE_LOCATION(there, "CHECK_FALSE", "the text holds", std::string(part).c_str(), where.file_name(),
                       where.line());
}

}  // namespace ticketd::tests
