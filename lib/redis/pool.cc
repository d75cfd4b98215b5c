#include "redis/pool.h"

#include <semaphore.h>

#include <utility>

namespace ticketd::redis {

namespace {

// std::binary_semaphore yields the processor a dozen times before it sleeps: 4 % of all time under load.
class Signal {
 public:
  Signal() { ::sem_init(&semaphore_, 0, 0); }
  ~Signal() { ::sem_destroy(&semaphore_); }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  void send() { ::sem_post(&semaphore_); }
  void await() {
    while (::sem_wait(&semaphore_) != 0) {  // a signal handler ran
    }
  }

 private:
  sem_t semaphore_{};
};

}  // namespace

struct RedisPool::Waiter {
  explicit Waiter(std::span<const Arguments> commands) : call(commands) {}
  Call call;
  Signal woken;  // because the call is made, or because this thread is now the leader
  // Of a leader: the connection for its group, itself among it, and whether the group's calls were sent already.
  std::unique_ptr<RedisConnection> connection;
  std::vector<Waiter*> group;
  bool sent = false;
};

namespace {

template <class Waiters>
std::vector<Call*> calls_of(const Waiters& waiters) {
  std::vector<Call*> calls;
  calls.reserve(waiters.size());
  for (auto* waiter : waiters) calls.push_back(&waiter->call);
  return calls;
}

}  // namespace

std::vector<Reply> RedisPool::pipeline(std::span<const Arguments> commands) {
  Waiter mine(commands);
  bool leads = false;
  {
    const std::lock_guard lock(mutex_);
    leads = !std::exchange(has_leader_, true);
    if (!leads) waiting_.push_back(&mine);
  }
  if (leads) {
    mine.connection = take_connection();
    mine.group = {&mine};
  } else {
    mine.woken.await();
  }
  if (mine.connection) commit_group(mine);
  return std::move(mine.call).replies();
}

// REQUIRES: mutex_ is not held; `leader` has its group and its connection. If no answer came in time the next group
// fails too: it would wait for as long again.
void RedisPool::commit_group(Waiter& leader) {
  const auto calls = calls_of(leader.group);
  if (!leader.sent) leader.connection->send(calls);
  leader.connection->receive(calls);
  std::vector<Waiter*> next;
  {
    const std::lock_guard lock(mutex_);
    next.swap(waiting_);
    if (leader.connection->has_timed_out()) {
      for (auto* waiter : next) waiter->call.give_up("Redis: it did not answer others who waited already");
      leader.group.insert(leader.group.end(), next.begin(), next.end());
      next.clear();
    }
    has_leader_ = !next.empty();
    if (!has_leader_) keep(std::move(leader.connection));  // before there is another leader, who would open another one
  }
  if (!next.empty()) {
    auto& successor = *next.front();
    // Not on one that has to be opened: that may take until the time-out, and our group has its answers already.
    successor.sent = leader.connection->is_open();
    if (successor.sent) leader.connection->send(calls_of(next));
    successor.connection = std::move(leader.connection);
    successor.group = std::move(next);
    successor.woken.send();
  }
  for (auto* waiter : leader.group) {
    if (waiter != &leader) waiter->woken.send();
  }
}

std::unique_ptr<RedisConnection> RedisPool::take_connection() {
  {
    const std::lock_guard lock(mutex_);
    meter_.in_use.fetch_add(1, std::memory_order_relaxed);
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      meter_.idle.store(static_cast<std::int64_t>(idle_.size()), std::memory_order_relaxed);
      return connection;
    }
  }
  return std::make_unique<RedisConnection>(url_, timeout_ms_);
}

void RedisPool::give_back(RedisConnection* connection) {
  const std::lock_guard lock(mutex_);
  keep(std::unique_ptr<RedisConnection>(connection));
}

void RedisPool::keep(std::unique_ptr<RedisConnection> connection) {
  meter_.in_use.fetch_sub(1, std::memory_order_relaxed);
  if (!connection->is_open()) return;
  idle_.push_back(std::move(connection));
  meter_.idle.store(static_cast<std::int64_t>(idle_.size()), std::memory_order_relaxed);
}

}  // namespace ticketd::redis
