// Ends the wait for a server that says nothing. libpq waits for an answer as long as the connection stands, and one to
// a stopped server does: its own statement_timeout does not pass there either, and TCP's timeouts see a living host.
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace ticketd::postgres {

// Thread-safe. Has a thread of its own, which sleeps while nothing is watched and takes no signals.
class Deadlines {
 public:
  // Throws std::system_error if there is no room for a thread.
  explicit Deadlines(std::chrono::milliseconds patience);
  ~Deadlines();
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  // Unless forget() is called before the patience is over, the socket is shut down: whoever waits on it sees its end.
  void watch(int socket);
  // To be called before the socket is closed. False: it was shut down.
  bool forget(int socket);

 private:
  using Clock = std::chrono::steady_clock;
  struct Watched {
    Clock::time_point deadline;
    int socket;
  };

  void run();

  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Watched> watched_;  // the next deadline first
  bool asleep_ = false;          // until something is watched
  bool over_ = false;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace ticketd::postgres
