// The right to hash a password: a core and 19 MiB for a while. A few slots for all processes of this host, so that a
// flood of logins, registrations and changed passwords together can take neither all memory nor all cores.
//
// The slots are mutexes in a mapped file. They are robust: a process that dies hands over what it held. Whoever finds
// no slot free waits for the next one in turn; jobs are equally long, so that is the one that comes free first.
//
// Whoever is known goes before strangers: those wait at a door first, a mutex of its own, and one of them at a time
// waits for a slot. So there is one stranger at most before somebody known, however many there are.
#pragma once
#include <pthread.h>

#include <chrono>
#include <memory>
#include <string>

namespace ticketd::auth {

enum class Turn { known, stranger };

class HashingSlots {
 public:
  static constexpr int kMost = 63;

  // `slots`, at least 1: the same in all processes; those beyond kMost do not count. `file` is made if it is not there;
  // if it is empty, or cannot be used (a warning in the log says so), this process has slots of its own. Throws
  // std::bad_alloc.
  HashingSlots(const std::string& file, int slots);
  ~HashingSlots();
  HashingSlots(const HashingSlots&) = delete;
  HashingSlots& operator=(const HashingSlots&) = delete;

  struct GiveBack {
    void operator()(pthread_mutex_t* slot) const { pthread_mutex_unlock(slot); }
  };
  // A slot, held until the lease ends, by the thread that took it; null if none came free within `wait`.
  using Lease = std::unique_ptr<pthread_mutex_t, GiveBack>;
  [[nodiscard]] Lease take(std::chrono::milliseconds wait, Turn turn);

 private:
  struct Shared;

  Shared* shared_;
  const unsigned slots_;
};

}  // namespace ticketd::auth
