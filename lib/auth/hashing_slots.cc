#include "auth/hashing_slots.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <new>

#include "base/log.h"

namespace ticketd::auth {

// A fresh file is all zero. `ready` is set last, under the file's lock.
struct HashingSlots::Shared {
  std::atomic<bool> ready;
  std::atomic<unsigned> next;  // counts those who had to wait: each waits for another slot than the one before
  std::array<pthread_mutex_t, kMost> slots;
  pthread_mutex_t door;  // where 0.1.0 had one more slot
};

namespace {

void make(pthread_mutex_t& slot) {
  pthread_mutexattr_t kind;
  pthread_mutexattr_init(&kind);
  pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&slot, &kind);
  pthread_mutexattr_destroy(&kind);
}

// Was the mutex got? What a dead owner left behind is as good as free: it guards no data.
bool got(int result, pthread_mutex_t& slot) {
  if (result == EOWNERDEAD) pthread_mutex_consistent(&slot);
  return result == 0 || result == EOWNERDEAD;
}

timespec after(std::chrono::milliseconds wait) {
  timespec until{};
  ::clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += wait.count() / 1000;
  until.tv_nsec += wait.count() % 1000 * 1'000'000;
  if (until.tv_nsec >= 1'000'000'000) {
    ++until.tv_sec;
    until.tv_nsec -= 1'000'000'000;
  }
  return until;
}

HashingSlots::Lease lock(pthread_mutex_t& slot, const timespec& until) {
  return HashingSlots::Lease(got(pthread_mutex_clocklock(&slot, CLOCK_MONOTONIC, &until), slot) ? &slot : nullptr);
}

}  // namespace

HashingSlots::HashingSlots(const std::string& file, int slots) : slots_(static_cast<unsigned>(std::min(slots, kMost))) {
  int fd = file.empty() ? -1 : ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0660);
  if (!file.empty() && (fd < 0 || ::flock(fd, LOCK_EX) != 0 || ::ftruncate(fd, sizeof(Shared)) != 0)) {
    Log::warning("argon2_file_unusable", {{"path", file}, {"error", std::strerror(errno)}});
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  void* memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  shared_ = static_cast<Shared*>(memory);
  if (!shared_->ready) {
    for (auto& slot : shared_->slots) make(slot);
    make(shared_->door);
    shared_->ready = true;
  }
  if (fd < 0) return;
  ::flock(fd, LOCK_UN);  // the mapping keeps the open file, and it would keep the lock
  ::close(fd);
}

HashingSlots::~HashingSlots() { ::munmap(shared_, sizeof(Shared)); }

HashingSlots::Lease HashingSlots::take(std::chrono::milliseconds wait, Turn turn) {
  const auto until = after(wait);
  const auto door = turn == Turn::stranger ? lock(shared_->door, until) : nullptr;
  if (turn == Turn::stranger && !door) return nullptr;
  for (unsigned i = 0; i < slots_; ++i) {
    auto& slot = shared_->slots[i];
    if (got(pthread_mutex_trylock(&slot), slot)) return Lease(&slot);
  }
  return lock(shared_->slots[shared_->next++ % slots_], until);
}

}  // namespace ticketd::auth
