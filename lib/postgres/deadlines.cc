#include "postgres/deadlines.h"

#include <pthread.h>
#include <sys/socket.h>

#include <csignal>

namespace ticketd::postgres {

Deadlines::Deadlines(std::chrono::milliseconds patience) : patience_(patience) {
  // Signals are for the threads that wait for them, and those who block them may do so later.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (...) {
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Deadlines::~Deadlines() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Deadlines::watch(int socket) {
  const std::lock_guard lock(mutex_);
  watched_.push_back({Clock::now() + patience_, socket});
  if (asleep_) changed_.notify_one();
}

bool Deadlines::forget(int socket) {
  const std::lock_guard lock(mutex_);
  return std::erase_if(watched_, [&](const Watched& one) { return one.socket == socket; }) > 0;
}

// Looks when the earliest deadline of a while ago is over, not with each one that comes and goes.
void Deadlines::run() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    if (watched_.empty()) {
      asleep_ = true;
      changed_.wait(lock, [&] { return over_ || !watched_.empty(); });
      asleep_ = false;
    } else if (const auto first = watched_.front(); first.deadline > Clock::now()) {
      changed_.wait_until(lock, first.deadline, [&] { return over_; });
    } else {
      ::shutdown(first.socket, SHUT_RDWR);
      watched_.pop_front();
    }
  }
}

}  // namespace ticketd::postgres
