// Where a queued command stands, as the hash of pending commands says it.
#include "queue/place.h"

#include "unit/expect.h"

namespace ticketd::tests {

using queue::Place;

TEST_GROUP(Place){};

TEST(Place, IsAShardAndAStreamId) {
  const auto place = Place::parse("15 1795385495788-3");
  LONGS_EQUAL(15, place->shard);
  expect_text("1795385495788-3", place->stream_id);
  CHECK_EQUAL(1795385495788, place->queued_ms());
}

TEST(Place, IsNothingElse) {
  for (const auto* text :
       {"", "7", "7 ", "7 1", "7 1-", "7 -1", "7 1-2 ", " 7 1-2", "-7 1-2", "7 1-2-3", "7  1-2", "x 1-2", "7 -1-2",
        "7 1--2", "99999999999 1-2", "7 +", "7 9223372036854775807-0", R"({"id":"x"})"})
    CHECK_FALSE(Place::parse(text).has_value());
}

}  // namespace ticketd::tests
