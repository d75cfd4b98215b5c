// Connections to PostgreSQL, and the two ways to use one: autocommit() and transact().
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "metrics/metrics.h"
#include "postgres/circuit_breaker.h"
#include "postgres/deadlines.h"
#include "postgres/errors.h"
#include "postgres/libpqxx.h"

namespace ticketd::postgres {

struct ConnectionOptions {
  std::string application_name;      // seen in pg_stat_activity
  int statement_timeout_ms = 5'000;  // more than 0
  // The server ends the session when it has been silent that long; 0: never. Bounds how long a stopped worker keeps its
  // shards.
  int idle_session_timeout_ms = 0;
  // May the server use several processes for one statement? A request's is over before they have started.
  bool parallel = false;
  // Every statement of the session finds its rows by a key: a plan that was made while a table was small, and that the
  // session keeps, must not read all of it later.
  bool by_key = false;
  // How long a transaction may take, where the server can end one (PostgreSQL 17); 0: as long as it likes. Whatever the
  // session's role has set is overruled.
  int transaction_timeout_ms = 0;
};

// One session, with the options of ours.
class DatabaseConnection {
 public:
  // Waits at most 3 s. Throws DatabaseUnavailable.
  DatabaseConnection(const std::string& url, const ConnectionOptions& options);
  ~DatabaseConnection();
  DatabaseConnection(const DatabaseConnection&) = delete;
  DatabaseConnection& operator=(const DatabaseConnection&) = delete;
  Session& get() { return session_; }
  // A descriptor of its socket that is open for as long as this object lives. That of libpq is closed as soon as the
  // server hangs up, and may be another session's a moment later.
  [[nodiscard]] int socket() const { return socket_; }

 private:
  Session session_;
  const int socket_;
};

// At most `max` sessions, opened when needed, kept for the next one. Thread-safe.
class DatabasePool {
 public:
  DatabasePool(std::string url, ConnectionOptions options, int max, PoolMeter meter = {})
      : url_(std::move(url)),
        options_(bounded(std::move(options))),
        max_(max),
        meter_(meter),
        deadlines_(std::chrono::milliseconds(options_.statement_timeout_ms) + kGrace) {}

  // A session of one's own until the lease ends; then it goes back, unless discard() was called. It is cut off 2 s
  // after the time that a statement may take: the server, which would have ended that, has stopped.
  class Lease {
   public:
    Lease(DatabasePool& pool, std::unique_ptr<DatabaseConnection> connection);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Session& connection() { return connection_->get(); }
    // False: it was cut off.
    bool discard();

   private:
    DatabasePool& pool_;
    std::unique_ptr<DatabaseConnection> connection_;
  };

  // Waits at most 2 s for a session to come back, and 3 s for the server to open one; while the
  // circuit is open one caller at a time waits for that, and the others are told at once. Throws DatabaseUnavailable.
  Lease take();

  // Was the server found to keep its clients waiting, and not to answer since?
  [[nodiscard]] bool is_open_circuit() const { return breaker_.is_open(); }

  // How many callers of take() wait just now.
  [[nodiscard]] std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

  // Drops the sessions that nobody uses: after one of them was found dead, the others are likely to be dead too.
  void forget_idle();

 private:
  // Whoever waits is served in order: a session goes from hand to hand, or a newcomer might always be faster.
  struct Waiter {
    std::condition_variable called;
    bool served = false;
    std::unique_ptr<DatabaseConnection> connection;  // when served: null for the leave to open one
  };

  // What a lease that was cut off leaves behind ends with it, at the server too.
  static ConnectionOptions bounded(ConnectionOptions options) {
    options.transaction_timeout_ms = options.statement_timeout_ms + static_cast<int>(kGrace.count());
    return options;
  }
  void give_back(std::unique_ptr<DatabaseConnection> connection);
  std::unique_ptr<DatabaseConnection> wait_for_one(std::unique_lock<std::mutex>& lock);
  std::unique_ptr<DatabaseConnection> open_one();
  void tell();

  static constexpr std::chrono::milliseconds kGrace{2'000};
  const std::string url_;
  const ConnectionOptions options_;
  const int max_;
  PoolMeter meter_;
  Deadlines deadlines_;
  mutable std::mutex mutex_;
  std::deque<Waiter*> waiting_;
  std::vector<std::unique_ptr<DatabaseConnection>> idle_;
  int open_ = 0;
  CircuitBreaker breaker_;  // for opening
};

// One SQL statement. It is prepared once per session, under its name.
struct Statement {
  const char* name;
  const char* sql;
};

// Runs a prepared statement, in a transaction of a Session and of nothing else. Arguments: strings, numbers, bool,
// Bytes, const char* (null for NULL).
template <class... Args>
pqxx::result run(pqxx::transaction_base& tx, const Statement& statement, const Args&... args) {
  static_cast<Session&>(tx.conn()).prepare_once(statement.name, statement.sql);
  return execute_prepared(tx, statement.name, args...);
}

// What to do after a failed attempt: throws for good, or returns for another try (the lease is discarded if its session
// is of no use any more).
void after_failure(DatabasePool& pool, DatabasePool::Lease& lease, int attempt);

// Runs `body(pqxx::work&)` in a transaction and commits it; gives back what it gives back. Runs it again after a
// conflict, or if the session turned out to be dead before COMMIT, three times in all: the body has no effects of its
// own outside the database. Throws DatabaseUnavailable, or what the body threw, and then nothing was committed (but see
// DatabaseUnavailable for a connection lost in COMMIT).
template <class Body>
auto transact(DatabasePool& pool, Body&& body) {
  for (int attempt = 1;; ++attempt) {
    auto lease = pool.take();
    try {
      pqxx::work tx(lease.connection());
      auto value = body(tx);
      tx.commit();
      return value;
    } catch (...) {
      after_failure(pool, lease, attempt);
    }
  }
}

// Runs `body(pqxx::transaction_base&)` with every statement on its own (autocommit): for reads, which it saves BEGIN
// and COMMIT, and for a single writing statement. Tries again and throws as transact() does.
template <class Body>
auto autocommit(DatabasePool& pool, Body&& body) {
  for (int attempt = 1;; ++attempt) {
    auto lease = pool.take();
    try {
      pqxx::nontransaction tx(lease.connection());
      return body(tx);
    } catch (...) {
      after_failure(pool, lease, attempt);
    }
  }
}

// Throws DatabaseUnavailable unless the database answers.
void ping(DatabasePool& pool);

}  // namespace ticketd::postgres
