// The base of the integration tests' groups: what a store throws fails the test instead of ending the run.
#pragma once
#include <CppUTest/TestFailure.h>
#include <CppUTest/Utest.h>
#include <CppUTest/UtestMacros.h>

#include <exception>
#include <string>
#include <string_view>

#include "support/where.h"

namespace ticketd::tests {

struct IntegrationTest : Utest {
  void run() override {
    try {
      Utest::run();
    } catch (const std::exception& e) {
      const std::string what = std::string("it threw: ") + e.what();
      UtestShell::getCurrent()->failWith(TestFailure(UtestShell::getCurrent(), what.c_str()), GoOn());
      teardown();
    }
  }

 private:
  struct GoOn : TestTerminator {
    void exitCurrentTest() const override {}
  };
};

inline void expect_text(std::string_view expected, std::string_view actual, Where where = Where::current()) {
  STRCMP_EQUAL_LOCATION(std::string(expected).c_str(), std::string(actual).c_str(), "", where.file_name(),
                        where.line());
}

inline void expect_contains(std::string_view part, std::string_view whole, Where where = Where::current()) {
  STRCMP_CONTAINS_LOCATION(std::string(part).c_str(), std::string(whole).c_str(), "", where.file_name(), where.line());
}

inline void expect_lacks(std::string_view part, std::string_view whole, Where where = Where::current()) {
  const bool there = whole.find(part) != std::string_view::npos;
  const auto why = "\"" + std::string(part) + "\" is in: " + std::string(whole);
  CHECK_FALSE_LOCATION(there, "CHECK_FALSE", "expect_lacks", why.c_str(), where.file_name(), where.line());
}

// Fails unless `body()` throws an Exception.
template <class Exception, class Body>
void expect_throws(Body&& body, Where where = Where::current()) {
  bool thrown = false;
  try {
    body();
  } catch (const Exception&) {
    thrown = true;
  }
  CHECK_TRUE_LOCATION(thrown, "CHECK", "expect_throws", "it did not throw that", where.file_name(), where.line());
}

}  // namespace ticketd::tests
