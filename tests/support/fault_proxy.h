// A TCP proxy that misbehaves on demand: it stands between ticketd and PostgreSQL or Redis, and does to their
// connections what networks do.
#pragma once
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace ticketd::e2e {

// What is wrong with the network; all at its default: nothing.
struct NetworkFault {
  int delay_ms = 0;            // each piece of data arrives that much later, up to twice that
  bool drop_requests = false;  // what clients send is taken and thrown away
  bool drop_answers = false;   // what the server sends is thrown away: clients don't learn how it ended
  bool accepts = true;         // false: new connections wait in the backlog, and nobody answers
  bool listens = true;         // false: new connections are refused
};

class FaultProxy {
 public:
  // Listens on 127.0.0.1:`port` and forwards to 127.0.0.1:`target()`, which is asked for each connection; 0: refused.
  // Throws std::runtime_error if it cannot listen.
  FaultProxy(int port, std::function<int()> target);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  // From now on, for old connections and new ones. Thread-safe, as is all of it.
  void set(const NetworkFault& fault);
  // Resets every connection.
  void cut();
  // The network is well again. Connections that lost something are reset: they could never be in step again.
  void heal();

 private:
  using Clock = std::chrono::steady_clock;
  struct Piece {
    Clock::time_point due;
    std::string bytes;
  };
  // One direction of a connection.
  struct Way {
    int from = -1;
    int to = -1;
    std::deque<Piece> pieces = {};
    bool ended = false;  // `from` will send no more
    bool closed = false;
  };
  struct Link {
    Way requests;
    Way answers;
    bool lossy = false;
    bool broken = false;
  };

  void run();
  void listen_or_not(const NetworkFault& fault);
  void accept_one();
  bool receive(Way& way, bool drop, int delay_ms);
  static bool forward(Way& way);
  static void close(Link& link, bool reset);
  void apply_orders(const NetworkFault& fault);
  int wait(const NetworkFault& fault);

  const int port_;
  const std::function<int()> target_;
  int wake_ = -1;
  int listener_ = -1;
  std::mutex mutex_;
  NetworkFault fault_;
  bool cut_all_ = false;
  bool cut_lossy_ = false;
  bool stop_ = false;
  std::list<Link> links_;  // of the thread alone
  std::uint64_t jitter_ = 88172645463325252ULL;
  std::thread thread_;
};

}  // namespace ticketd::e2e
