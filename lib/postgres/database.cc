#include "postgres/database.h"

#include <fcntl.h>
#include <unistd.h>

#include <thread>
#include <utility>

#include "base/log.h"
#include "base/random.h"

namespace ticketd::postgres {
namespace {

constexpr int kAttempts = 3;
constexpr std::chrono::seconds kPoolWait{2};
// The longest wait for a lock, and for the next statement within a transaction: a client that stopped must not hold its
// locks.
constexpr int kWaitMs = 5'000;

// What `ALTER ROLE … SET` and `ALTER DATABASE … SET` could otherwise have made of a session, so that it cannot do its
// work: a role may set them for itself, and they outlive whoever took it over. What is named at connect counts more.
// synchronous_commit is none of them: with a standby, how far to wait is the operator's choice.
constexpr std::pair<const char*, const char*> kOwnSettings[] = {{"default_transaction_read_only", "off"},
                                                                {"default_transaction_isolation", "read\\ committed"},
                                                                {"default_transaction_deferrable", "off"},
                                                                {"search_path", "public"},
                                                                {"local_preload_libraries", ""},
                                                                {"standard_conforming_strings", "on"},
                                                                {"datestyle", "ISO"},
                                                                {"timezone", "UTC"},
                                                                // Which events it can decide about (domain::kEdition).
                                                                {"ticketd.edition", "5"}};

// The options of a session as a part of a URL (libpq, "Parameter Key Words": options).
class SessionOptions {
 public:
  void set(const std::string& name, const std::string& value) {
    text_ += (text_.empty() ? "-c%20" : "%20-c%20") + name + "%3D";
    for (const char c : value) text_ += c == ' ' ? "%20" : c == '\\' ? "%5C" : std::string(1, c);
  }
  void set(const std::string& name, int value) { set(name, std::to_string(value)); }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string with_options(const std::string& url, const ConnectionOptions& options) {
  SessionOptions session;
  for (const auto& [name, value] : kOwnSettings) session.set(name, value);
  session.set("statement_timeout", options.statement_timeout_ms);
  session.set("idle_in_transaction_session_timeout", kWaitMs);
  session.set("idle_session_timeout", options.idle_session_timeout_ms);
  session.set("lock_timeout", kWaitMs);
  if (!options.parallel) session.set("max_parallel_workers_per_gather", 0);
  // A session that lives for months would go by what its first executions cost, on small tables, and plan each
  // statement anew for ever. All are tested with one plan for all values (tests/integration/query_plans.cc).
  session.set("plan_cache_mode", "force_generic_plan");
  if (options.by_key) {
    for (const auto* way : {"enable_seqscan", "enable_hashjoin", "enable_mergejoin"}) session.set(way, "off");
  }
  // tcp_user_timeout and keepalives bound the wait for a host that went away without a word.
  return url + (url.find('?') == std::string::npos ? "?" : "&") +
         "connect_timeout=3&tcp_user_timeout=10000&keepalives_idle=5&keepalives_interval=2&client_encoding=UTF8" +
         "&application_name=" + options.application_name + "&options=" + session.text();
}

Session open(const std::string& url, const ConnectionOptions& options) try {
  return Session(with_options(url, options));
} catch (const pqxx::failure& e) {
  throw DatabaseUnavailable(e.what());
}

// Not among the options: a server before PostgreSQL 17 refuses a session that names what it does not know.
Session& bound_transactions(Session& session, int timeout_ms) try {
  constexpr int kFirstThatKnowsIt = 170'000;
  if (session.server_version() >= kFirstThatKnowsIt) {
    pqxx::nontransaction(session).exec("SET transaction_timeout = " + std::to_string(timeout_ms));
  }
  return session;
} catch (const pqxx::failure& e) {
  throw DatabaseUnavailable(e.what());
}

int duplicate_of(const pqxx::connection& connection) {
  const int copy = ::fcntl(connection.sock(), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw DatabaseUnavailable("no file descriptor is left for a database session");
  return copy;
}

// Two transactions that met in a deadlock should not meet again in step.
void pause_for_jitter() {
  std::uint8_t ms = 0;
  SystemRandom().fill({&ms, 1});
  std::this_thread::sleep_for(std::chrono::milliseconds(ms % 20));
}

}  // namespace

DatabaseConnection::DatabaseConnection(const std::string& url, const ConnectionOptions& options)
    : session_(open(url, options)),
      socket_(duplicate_of(bound_transactions(session_, options.transaction_timeout_ms))) {}

DatabaseConnection::~DatabaseConnection() { ::close(socket_); }

DatabasePool::Lease::Lease(DatabasePool& pool, std::unique_ptr<DatabaseConnection> connection)
    : pool_(pool), connection_(std::move(connection)) {
  pool_.deadlines_.watch(connection_->socket());
}

DatabasePool::Lease::~Lease() {
  if (connection_) pool_.deadlines_.forget(connection_->socket());
  pool_.give_back(std::move(connection_));
}

bool DatabasePool::Lease::discard() {
  const bool in_time = pool_.deadlines_.forget(connection_->socket());
  connection_.reset();
  if (!in_time) pool_.breaker_.open();
  return in_time;
}

// With mutex_ held.
void DatabasePool::tell() {
  const auto idle = static_cast<std::int64_t>(idle_.size());
  meter_.idle.store(idle, std::memory_order_relaxed);
  meter_.in_use.store(open_ - idle, std::memory_order_relaxed);
}

DatabasePool::Lease DatabasePool::take() {
  std::unique_lock lock(mutex_);
  std::unique_ptr<DatabaseConnection> connection;
  if (!waiting_.empty() || (idle_.empty() && open_ >= max_)) {
    connection = wait_for_one(lock);
  } else if (!idle_.empty()) {
    connection = std::move(idle_.back());
    idle_.pop_back();
  } else {
    ++open_;
  }
  tell();
  lock.unlock();
  if (connection) return {*this, std::move(connection)};
  try {
    return {*this, open_one()};
  } catch (...) {
    give_back(nullptr);
    throw;
  }
}

std::unique_ptr<DatabaseConnection> DatabasePool::open_one() {
  const auto start = CircuitBreaker::Clock::now();
  if (!breaker_.may_try(start)) throw DatabaseUnavailable("it did not answer just now");
  try {
    auto connection = std::make_unique<DatabaseConnection>(url_, options_);
    breaker_.succeeded();
    return connection;
  } catch (...) {
    breaker_.failed(start, CircuitBreaker::Clock::now());
    throw;
  }
}

std::unique_ptr<DatabaseConnection> DatabasePool::wait_for_one(std::unique_lock<std::mutex>& lock) {
  Waiter waiter;
  waiting_.push_back(&waiter);
  const auto start = std::chrono::steady_clock::now();
  const bool came = waiter.called.wait_for(lock, kPoolWait, [&] { return waiter.served; });
  const auto waited = std::chrono::steady_clock::now() - start;
  meter_.waits.fetch_add(1, std::memory_order_relaxed);
  meter_.wait_us.fetch_add(std::chrono::duration_cast<std::chrono::microseconds>(waited).count(),
                           std::memory_order_relaxed);
  if (came) return std::move(waiter.connection);
  std::erase(waiting_, &waiter);
  throw DatabaseUnavailable("no database session came free within 2 s");
}

void DatabasePool::give_back(std::unique_ptr<DatabaseConnection> connection) {
  const std::lock_guard lock(mutex_);
  if (!waiting_.empty()) {
    auto& first = *waiting_.front();
    waiting_.pop_front();
    first.connection = std::move(connection);
    first.served = true;
    first.called.notify_one();
  } else if (connection) {
    idle_.push_back(std::move(connection));
  } else {
    --open_;
  }
  tell();
}

void DatabasePool::forget_idle() {
  const std::lock_guard lock(mutex_);
  open_ -= static_cast<int>(idle_.size());
  idle_.clear();
  tell();
}

void after_failure(DatabasePool& pool, DatabasePool::Lease& lease, int attempt) {
  const auto fault = fault_of(std::current_exception());
  switch (fault.kind) {
    case FaultKind::conflict:
      if (attempt >= kAttempts) throw DatabaseUnavailable(fault.what);
      pause_for_jitter();
      return;
    case FaultKind::unavailable: {
      const bool in_time = lease.discard();
      pool.forget_idle();
      // Only a session that broke is worth a fresh one; a time-out or a full disk would just take twice as long.
      if (attempt >= kAttempts || !in_time || !(fault.sqlstate.empty() || fault.sqlstate.starts_with("57P")))
        throw DatabaseUnavailable(fault.what);
      return;
    }
    case FaultKind::timed_out: throw DatabaseUnavailable(fault.what);
    case FaultKind::in_doubt: lease.discard(); throw DatabaseUnavailable(fault.what);
    case FaultKind::refused: throw;
  }
}

void ping(DatabasePool& pool) {
  autocommit(pool, [](pqxx::transaction_base& tx) { return tx.exec("SELECT 1"); });
}

}  // namespace ticketd::postgres
