// When a mail is tried again, and when nobody is tried.
#pragma once
#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

namespace ticketd::messenger {

// After so many attempts that the mail server put off: how long to wait for the next one. Empty: that was the last.
// Four or five days are usual (RFC 5321, 4.5.4.1); who has a ticket wants to know sooner that its mail is lost.
inline std::optional<std::chrono::minutes> wait_after(int attempts) {
  constexpr std::array kMinutes = {1, 5, 15, 60, 180, 360, 720, 1'440};
  if (attempts < 1) return std::chrono::minutes(0);
  if (static_cast<std::size_t>(attempts) > kMinutes.size()) return std::nullopt;
  return std::chrono::minutes(kMinutes.at(static_cast<std::size_t>(attempts) - 1));
}

// A circuit breaker for the mail server: while it cannot be reached, one mail at a time finds out whether it can.
class Breaker {
 public:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] bool lets_through(Clock::time_point now) const { return now >= next_try_; }
  void succeeded() { pause_ = kFirst; }
  // How long nobody is tried, from now on.
  std::chrono::seconds failed(Clock::time_point now) {
    const auto pause = pause_;
    next_try_ = now + pause;
    pause_ = std::min(kLongest, pause * 2);
    return pause;
  }

 private:
  static constexpr std::chrono::seconds kFirst{1}, kLongest{60};
  std::chrono::seconds pause_ = kFirst;
  Clock::time_point next_try_;
};

}  // namespace ticketd::messenger
