#include "piece_size.h"

#include "unit/expect.h"

using std::chrono::milliseconds;

TEST_GROUP(PieceSize) {
  ticketd::worker::PieceSize size;

  int after(int pieces, milliseconds each) {
    for (int i = 0; i < pieces; ++i) size.note(each);
    return size.most();
  }
};

TEST(PieceSize, GrowsWhileTheHostIsFast) {
  LONGS_EQUAL(1'000, after(1, milliseconds(10)));
  LONGS_EQUAL(2'000, after(9, milliseconds(10)));
}

TEST(PieceSize, ShrinksWhileTheHostIsSlow) {
  LONGS_EQUAL(250, after(1, milliseconds(700)));
  LONGS_EQUAL(125, after(9, milliseconds(700)));
}

TEST(PieceSize, StaysWhereAPieceTakesAsLongAsItMay) {
  LONGS_EQUAL(500, after(9, milliseconds(80)));
  LONGS_EQUAL(500, after(9, milliseconds(200)));
}
