// Redis connections with a bound on every wait. hiredis behind RAII; the only place that includes it.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"

struct redisContext;
struct redisReply;

namespace ticketd::redis {

// Redis cannot be reached, did not answer in time, or the connection broke: whether a command took effect is unknown.
class RedisUnavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Redis answered with an error: `what()` is its text, "OOM command not allowed…", "NOSCRIPT …".
class RedisError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  [[nodiscard]] bool is(std::string_view prefix) const { return std::string_view(what()).starts_with(prefix); }
};

// An answer. Views live as long as the Reply they came from.
class Reply {
 public:
  explicit Reply(std::shared_ptr<redisReply> owner) : owner_(std::move(owner)), reply_(owner_.get()) {}

  [[nodiscard]] bool is_nil() const;
  [[nodiscard]] std::string_view text() const;      // empty unless a string or status
  [[nodiscard]] std::int64_t integer() const;       // 0 unless an integer
  [[nodiscard]] std::size_t size() const;           // 0 unless an array
  [[nodiscard]] Reply at(std::size_t index) const;  // a nil reply beyond the end

 private:
  Reply(std::shared_ptr<redisReply> owner, redisReply* reply) : owner_(std::move(owner)), reply_(reply) {}
  std::shared_ptr<redisReply> owner_;
  redisReply* reply_;
};

// A Lua script, sent as text only to a server that does not know it yet.
struct Script {
  explicit Script(std::string text);
  std::string text;
  std::string sha1;
};

using Arguments = std::vector<std::string>;

// One connection, opened at the first command and again after a failure. Not thread-safe.
class Connection {
 public:
  // `url`: redis://[[user]:password@]host[:port][/database] or unix://[[user]:password@]/path[?db=n]. Commands time out
  // after `timeout_ms`.
  Connection(std::string url, int timeout_ms);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Throws RedisUnavailable, and then the connection is closed; or RedisError. For a blocking command give the time it
  // blocks: the wait for its answer is that much longer.
  Reply command(const Arguments& arguments, int blocks_ms = 0);

  // The commands one behind the other in one round trip, others' commands perhaps in between; an answer for each.
  // Throws as command() does if any of them fails; the others have taken effect all the same.
  std::vector<Reply> pipeline(std::span<const Arguments> commands);

  // The commands as one MULTI ... EXEC; the answer is EXEC's. Throws as command() does, also when Redis refuses to
  // queue one of the commands; an error that a command meets while EXEC runs it stands in the answer and is not thrown.
  Reply transaction(std::span<const Arguments> commands);

  Reply eval(const Script& script, const std::vector<std::string>& keys, const Arguments& arguments);

  [[nodiscard]] bool is_open() const { return context_ != nullptr; }

 private:
  void open();
  void close();
  [[nodiscard]] bool closed_by_peer() const;
  void make_ready(int blocks_ms);
  void append(const Arguments& arguments);
  Reply receive();
  [[noreturn]] void fail();

  const std::string url_;
  const int timeout_ms_;
  int wait_ms_ = 0;
  redisContext* context_ = nullptr;
};

// Connections for several threads; each takes one, and gives it back when the lease ends. They are opened as needed,
// one for each thread at most, and wait for nobody.
class Pool {
 public:
  Pool(std::string url, int timeout_ms, PoolMeter meter = {})
      : url_(std::move(url)), timeout_ms_(timeout_ms), meter_(meter) {}

  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection) : pool_(pool), connection_(std::move(connection)) {}
    ~Lease() { pool_.give_back(std::move(connection_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Connection* operator->() { return connection_.get(); }

   private:
    Pool& pool_;
    std::unique_ptr<Connection> connection_;
  };
  Lease take();

 private:
  void give_back(std::unique_ptr<Connection> connection);

  const std::string url_;
  const int timeout_ms_;
  PoolMeter meter_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace ticketd::redis
