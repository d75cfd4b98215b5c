// How many bookings a piece of a bulk change has (storage/bulk_changes.h), or a step of an event that grows. Everything
// else in the shard waits for it, so it goes by the time that the last one took: a host that is slow, or has much else
// to do, gets smaller ones. On two cores with a load of 11, a piece of 2,000 took 0.35 s, and now and then 0.8.
#pragma once
#include <algorithm>
#include <chrono>

namespace ticketd::worker {

class PieceSize {
 public:
  [[nodiscard]] int most() const { return most_; }

  // The last piece had `most()` bookings and took that long, its COMMIT included.
  void note(std::chrono::steady_clock::duration taken) {
    if (taken > kLong) most_ = std::max(most_ / 2, kLeast);
    if (taken < kShort) most_ = std::min(most_ * 2, kMost);
  }

 private:
  // A tenth to a fifth of the second that nobody is to wait for more than.
  static constexpr std::chrono::milliseconds kShort{80}, kLong{200};
  // A COMMIT for fewer takes longer than the rows do; more than most are hardly faster.
  static constexpr int kLeast = 125, kMost = 2'000;

  int most_ = kMost / 4;
};

}  // namespace ticketd::worker
