#include "domain/seat_pool.h"

#include "support/fakes.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::domain;
using namespace ticketd::tests;

TEST_GROUP(SeatPool) {
  SeatPool pool;
  int max_skips = kMaxSkips;

  // Entries get the seqs 10, 20, 30 and so on.
  void wait(int quantity, std::optional<Remainder> accept_fewer = std::nullopt) {
    seq_ += 10;
    pool.join(seq_, {numbered<BookingId>(static_cast<int>(seq_)), quantity, accept_fewer});
  }
  // "10: 2, 30: 1" for who is served so many seats when so many more are free.
  std::string free(int seats, bool saves = true) {
    pool.available += seats;
    std::string text;
    for (const auto& served : pool.settle(saves ? std::optional(max_skips) : std::nullopt))
      text += (text.empty() ? "" : ", ") + std::to_string(served.seq) + ": " + std::to_string(served.seats);
    return text;
  }
  std::int64_t seq_ = 0;
};

TEST(SeatPool, ServesSingleTicketsInTheirOrder) {
  for (int i = 0; i < 3; ++i) wait(1);
  STRCMP_EQUAL("10: 1, 20: 1", free(2).c_str());
  LONGS_EQUAL(1, pool.waiting_entries);
  LONGS_EQUAL(0, pool.available);
}

TEST(SeatPool, ServesAGroupWholeOrNotAtAll) {
  wait(4);
  STRCMP_EQUAL("", free(3).c_str());
  STRCMP_EQUAL("10: 4", free(1).c_str());
}

TEST(SeatPool, CountsASkipOnEachWhoIsPassed) {
  wait(4);
  wait(3);
  wait(1);
  wait(2);
  STRCMP_EQUAL("30: 1", free(1).c_str());
  STRCMP_EQUAL("40: 2", free(2).c_str());
  LONGS_EQUAL(2, pool.skips_of(10));
  LONGS_EQUAL(2, pool.skips_of(20));
}

TEST(SeatPool, CountsNoSkipForWhoStandsBehindTheServed) {
  wait(4);
  wait(1);
  wait(4);
  free(1);
  LONGS_EQUAL(1, pool.skips_of(10));
  LONGS_EQUAL(0, pool.skips_of(30));
}

TEST(SeatPool, SavesWhatIsFreeForWhoHasUsedUpTheSkips) {
  max_skips = 1;
  wait(4);
  wait(1);
  wait(1);
  STRCMP_EQUAL("20: 1", free(2).c_str());
  CHECK_TRUE(pool.saved);
  LONGS_EQUAL(1, pool.available);
  STRCMP_EQUAL("10: 4", free(3).c_str());
  STRCMP_EQUAL("30: 1", free(1).c_str());
}

TEST(SeatPool, EndsAPassInTheMiddleWhenTheLimitIsReached) {
  max_skips = 2;
  wait(5);
  for (int i = 0; i < 4; ++i) wait(1);
  STRCMP_EQUAL("20: 1, 30: 1", free(4).c_str());
  LONGS_EQUAL(2, pool.available);
}

TEST(SeatPool, LetsNobodyPassWithoutSkips) {
  max_skips = 0;
  wait(2);
  wait(1);
  STRCMP_EQUAL("", free(1).c_str());
  CHECK_TRUE(pool.saved);
}

TEST(SeatPool, ServesWhateverFitsOnceSavingHasEnded) {
  max_skips = 0;
  wait(3);
  wait(1);
  wait(1);
  STRCMP_EQUAL("20: 1, 30: 1", free(2, false).c_str());
  LONGS_EQUAL(0, pool.skips_of(10));
  CHECK_FALSE(pool.saved);
}

TEST(SeatPool, GivesFewerToWhoAcceptsThem) {
  wait(4, Remainder::keep);
  wait(1);
  STRCMP_EQUAL("10: 2", free(2).c_str());
  LONGS_EQUAL(2, pool.waiting_entries);
  LONGS_EQUAL(3, pool.waiting_tickets);
  STRCMP_EQUAL("11: 2, 20: 1", free(3).c_str());
}

TEST(SeatPool, DropsTheRestOfAWish) {
  wait(4, Remainder::drop);
  STRCMP_EQUAL("10: 2", free(2).c_str());
  LONGS_EQUAL(0, pool.waiting_entries);
  LONGS_EQUAL(0, pool.waiting_tickets);
}

TEST(SeatPool, KeepsTheSkipsOfTheRest) {
  wait(4);
  wait(3, Remainder::keep);
  wait(1);
  STRCMP_EQUAL("20: 1", free(1).c_str());
  LONGS_EQUAL(1, pool.skips_of(10));
  LONGS_EQUAL(0, pool.skips_of(21));
}

TEST(SeatPool, NamesTheRestByTheNextId) {
  BookingId id;
  id.uuid.bytes.fill(0xff);
  id.uuid.bytes[0] = 7;
  CHECK_TRUE(rest_of(id).uuid.bytes[0] == 8);
  CHECK_TRUE(rest_of(id).uuid.bytes[15] == 0);
}

TEST(SeatPool, ForgetsThoseWhoPassedNobodyWhoStillWaits) {
  wait(4);
  wait(1);
  wait(5);
  free(1);
  pool.leave(10);
  STRCMP_EQUAL("", free(1).c_str());
  CHECK_TRUE(pool.served_past.empty());
}

TEST(SeatPool, ChangesNothingWhenItIsSettledAgain) {
  for (const int quantity : {3, 1, 5, 2, 2}) wait(quantity);
  free(4);
  const auto before = pool.served_past;
  STRCMP_EQUAL("", free(0).c_str());
  CHECK_TRUE(before == pool.served_past);
}
