#include "api/paging.h"

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

namespace {

const std::string kId = "0198abcd-ef01-7a2b-8c3d-4e5f60718293";

}  // namespace

TEST_GROUP(Cursor){};

TEST(Cursor, ReadsBackWhatItWrites) {
  for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{1'800'000'000'000}, std::int64_t{253'402'300'799'999}}) {
    const auto cursor = decode_cursor(encode_cursor({from_epoch_ms(ms), kId}, 7), 7);
    CHECK_TRUE(cursor.has_value());
    LONGLONGS_EQUAL(ms, epoch_ms(cursor->time));
    expect_text(kId, cursor->id);
  }
}

TEST(Cursor, KeepsItsTurn) {
  for (const int turn : {0, 1, 39})
    LONGS_EQUAL(turn, decode_cursor(encode_cursor({Time(), kId, turn}, 7), 7).value().turn);
}

// The earliest and the latest start that a client can give an event.
TEST(Cursor, ReadsBackWhatItWritesForEveryTimeThatIsTaken) {
  for (const auto* text : {"1970-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "1970-01-01T00:00Z"}) {
    const auto time = parse_time(text);
    if (time) CHECK_TRUE_TEXT(decode_cursor(encode_cursor({*time, kId}, 7), 7).has_value(), text);
  }
}

TEST(Cursor, RefusesWhatItCannotHaveWritten) {
  for (const auto& text : {std::string(),
                           std::string("_"),
                           "_" + kId,
                           std::string("7_"),
                           "7" + kId,
                           "x_" + kId,
                           "7x_" + kId,
                           "-1_" + kId,
                           "253402300800000_" + kId,
                           "99999999999999999999_" + kId,
                           "7_" + kId + "x",
                           std::string("7_x"),
                           " 7_" + kId,
                           "+7_" + kId,
                           "7__" + kId,
                           "7_" + kId.substr(1),
                           "7_" + kId + "_x",
                           "7_" + kId + "_7_-1",
                           "7_" + kId + "_7_256",
                           "7_" + kId + "_7_7_7",
                           "7_" + kId + "_-7",
                           "7_" + kId + "_4294967303"})
    CHECK_FALSE_TEXT(decode_cursor(text, 7).has_value(), text.c_str());
}

TEST(Cursor, RefusesSqlInTheId) { CHECK_FALSE(decode_cursor("7_'; DROP TABLE events; --", 7).has_value()); }

TEST(Cursor, IsForTheListThatItWasMadeFor) { CHECK_FALSE(decode_cursor(encode_cursor({Time(), kId}, 8), 7)); }

TEST(Cursor, OfTheReleaseBeforeIsTaken) { CHECK_TRUE(decode_cursor("7_" + kId, 7).has_value()); }

TEST_GROUP(Paging) {
  struct Row {
    Time at;
    EventId id;
  };
  http::Request request;

  Page read(const std::string& query, const std::string& list = "list") {
    request.query = query;
    http::Fields in(request);
    const auto page = read_page(in, list);
    CHECK_TRUE(in.ok());
    return page;
  }
  static std::vector<Row> rows(int count) {
    std::vector<Row> all;
    for (int i = 0; i < count; ++i) all.push_back({from_epoch_ms(i), *EventId::parse(kId)});
    return all;
  }
  // The page has so many rows of those that are left, and says whether there are more.
  static void expect_cut(std::size_t shown, bool more, int left, const Page& page) {
    auto found = rows(left);
    const auto next = cut(found, page, [](const Row& row) -> storage::Cursor { return {row.at, row.id.str()}; });
    LONGS_EQUAL(shown, found.size());
    CHECK_EQUAL(more, next.has_value());
  }
};

TEST(Paging, AsksForOneRowMoreThanItShows) {
  LONGS_EQUAL(21, read("").rows());
  LONGS_EQUAL(101, read("limit=100").rows());
}

TEST(Paging, HasANextPageOnlyIfThereIsARowForIt) {
  const auto page = read("limit=3");
  expect_cut(0, false, 0, page);
  expect_cut(2, false, 2, page);
  expect_cut(3, false, 3, page);
  expect_cut(3, true, 4, page);
  expect_cut(3, true, 9, page);
}

TEST(Paging, GoesOnBehindTheLastRow) {
  auto found = rows(4);
  const auto next =
      cut(found, read("limit=3"), [](const Row& row) -> storage::Cursor { return {row.at, row.id.str()}; });
  CHECK_TRUE(read("cursor=" + *next).after->time == from_epoch_ms(2));
}

TEST(Paging, OfAnotherListIsRefused) {
  auto found = rows(4);
  request.query = "cursor=" + *cut(found, read("limit=3"),
                                   [](const Row& row) -> storage::Cursor { return {row.at, row.id.str()}; });
  http::Fields in(request);
  read_page(in, "another");
  expect_text("cursor", in.refusal().errors.at(0).field);
}
