// Where a queued command stands, as the hash of pending commands says it.
#include "queue/entry_address.h"

#include "unit/expect.h"

namespace ticketd::tests {

using queue::EntryAddress;

TEST_GROUP(EntryAddress){};

TEST(EntryAddress, IsAShardAndAStreamId) {
  const auto place = EntryAddress::parse("15 1795385495788-3");
  LONGS_EQUAL(15, place->shard);
  expect_text("1795385495788-3", place->stream_id);
  CHECK_EQUAL(1795385495788, place->queued_ms());
}

TEST(EntryAddress, IsNothingElse) {
  for (const auto* text :
       {"", "7", "7 ", "7 1", "7 1-", "7 -1", "7 1-2 ", " 7 1-2", "-7 1-2", "7 1-2-3", "7  1-2", "x 1-2", "7 -1-2",
        "7 1--2", "99999999999 1-2", "7 +", "7 9223372036854775807-0", R"({"id":"x"})"})
    CHECK_FALSE(EntryAddress::parse(text).has_value());
}

}  // namespace ticketd::tests
