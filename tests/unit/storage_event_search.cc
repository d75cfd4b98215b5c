#include "storage/event_search.h"

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::storage;
using namespace ticketd::tests;

namespace {

const std::string kId = "0198abcd-ef01-7a2b-8c3d-4e5f60718293";

}  // namespace

TEST_GROUP(Cursor){};

TEST(Cursor, ReadsBackWhatItWrites) {
  for (const std::int64_t key : {std::int64_t{0}, std::int64_t{1'800'000'000'000}, std::int64_t{253'402'300'799'999}}) {
    const auto cursor = decode_cursor(encode_cursor({key, kId}));
    CHECK_TRUE(cursor.has_value());
    LONGLONGS_EQUAL(key, cursor->key);
    expect_text(kId, cursor->id);
  }
}

// The earliest and the latest start that a client can give an event.
TEST(Cursor, ReadsBackWhatItWritesForEveryTimeThatIsTaken) {
  for (const auto* text : {"1970-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "1970-01-01T00:00Z"}) {
    const auto time = parse_time(text);
    if (time) CHECK_TRUE_TEXT(decode_cursor(encode_cursor({epoch_ms(*time), kId})).has_value(), text);
  }
}

TEST(Cursor, RefusesWhatItCannotHaveWritten) {
  for (const auto& text :
       {std::string(), std::string("_"), "_" + kId, std::string("7_"), "7" + kId, "x_" + kId, "7x_" + kId, "-1_" + kId,
        "253402300800000_" + kId, "99999999999999999999_" + kId, "7_" + kId + "x", std::string("7_x"), " 7_" + kId,
        "+7_" + kId, "7__" + kId, "7_" + kId.substr(1)})
    CHECK_FALSE_TEXT(decode_cursor(text).has_value(), text.c_str());
}

TEST(Cursor, RefusesSqlInTheId) { CHECK_FALSE(decode_cursor("7_'; DROP TABLE events; --").has_value()); }
