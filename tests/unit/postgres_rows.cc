#include "postgres/rows.h"

#include "unit/expect.h"

using namespace ticketd::postgres;

TEST_GROUP(Rows){};

TEST(Rows, MakeNullOfNothing) {
  POINTERS_EQUAL(nullptr, or_null(std::nullopt));
  const std::optional<std::string> text = "x";
  STRCMP_EQUAL("x", or_null(text));
}
