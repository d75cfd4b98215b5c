// Keeps callers from waiting, all of them, for a server that does not answer.
//
// Closed, everybody may try. It opens when a try takes long and fails: then, after a pause as long as that try took,
// one caller at a time finds out whether the server is back (half-open), and the others are told at once. Clients that
// all went on connecting to a server that has stopped would fill its backlog, and those that come when it is back would
// wait behind the dead ones. A server that refuses at once is just away, and opens nothing.
#pragma once
#include <chrono>
#include <mutex>

namespace ticketd::postgres {

// Thread-safe.
class CircuitBreaker {
 public:
  using Clock = std::chrono::steady_clock;

  // False: fail at once. True: try, and tell how it ended by one of the next two.
  bool may_try(Clock::time_point now);
  void succeeded();
  // A try that began at `start` failed at `now`.
  void failed(Clock::time_point start, Clock::time_point now);

  // Opens it without a try: the server was seen to keep somebody waiting. The next caller may find out at once.
  void open();

  [[nodiscard]] bool is_open() const;

 private:
  static constexpr std::chrono::seconds kLong{1};  // a try that takes this long was kept waiting

  mutable std::mutex mutex_;
  bool open_ = false;
  bool tried_ = false;  // half-open: somebody finds out
  Clock::time_point not_before_;
};

}  // namespace ticketd::postgres
