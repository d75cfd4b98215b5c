// Redis connections with a bound on every wait. hiredis behind RAII; the only place that includes it.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "redis/address.h"

struct redisContext;
struct redisReply;

namespace ticketd::redis {

// Redis cannot be reached, did not answer in time, or the connection broke: whether a command took effect is unknown.
class RedisUnavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Redis answered with an error: `what()` is its text, "OOM command not allowed…", "NOPERM …".
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

// The words of a command, as they go over the wire (RESP).
class Arguments {
 public:
  Arguments() = default;
  Arguments(std::initializer_list<std::string_view> words) {
    for (const auto word : words) push_back(word);
  }
  void push_back(std::string_view word);
  void append(const Arguments& others);

  // FCALL: what Commands::call() sends.
  static Arguments of_call(std::string_view function, const Arguments& keys, const Arguments& arguments);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::size_t size_ = 0;
  std::string text_;
};

// What takes commands.
class Commands {
 public:
  virtual ~Commands() = default;

  // The commands one behind the other in one round trip, others' commands perhaps in between; an answer for each.
  // Throws RedisError if any of them fails: the others have taken effect all the same; or RedisUnavailable.
  virtual std::vector<Reply> pipeline(std::span<const Arguments> commands) = 0;

  // One command. Throws as pipeline() does.
  Reply command(const Arguments& arguments);

  // The commands as one MULTI ... EXEC; the answer is EXEC's. Throws as pipeline() does, also when Redis refuses to
  // queue one of the commands; an error that a command meets while EXEC runs it stands in the answer and is not thrown.
  Reply transaction(std::span<const Arguments> commands);

  // A function of a Library. Throws as pipeline() does; and RedisUnavailable where nobody has loaded it.
  Reply call(std::string_view function, const Arguments& keys, const Arguments& arguments);
};

// A pipeline, and what became of it.
class Call {
 public:
  explicit Call(std::span<const Arguments> commands) : commands_(commands) {}

  // The answers. Throws as Commands::pipeline() does.
  std::vector<Reply> replies() &&;

  // It was not sent, and fails with RedisUnavailable.
  void give_up(const char* why) {
    error_ = why;
    failure_ = unavailable;
  }

 private:
  friend class RedisConnection;
  std::span<const Arguments> commands_;
  std::vector<Reply> replies_;
  std::string error_;  // the first one; its what()
  enum { none, refused, unavailable } failure_ = none;
};

// One connection, opened at the first command and again after a failure. Not thread-safe.
class RedisConnection : public Commands {
 public:
  // `url`: as redis/address.h has it. Commands time out after `timeout_ms`. Throws std::invalid_argument for a URL that
  // is none.
  RedisConnection(const std::string& url, int timeout_ms);
  ~RedisConnection() override;
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  std::vector<Reply> pipeline(std::span<const Arguments> commands) override;

  // All of them in one round trip, in two steps: sends them; receives their answers. Throw nothing: a failure stands in
  // the calls that it concerns. When Redis cannot be reached these are all that have no answer yet, and the connection
  // is closed.
  void send(std::span<Call* const> calls) noexcept;
  void receive(std::span<Call* const> calls) noexcept;

  // A command that may block for up to `blocks_ms`: the wait for its answer is that much longer. Throws as pipeline().
  Reply blocking_command(const Arguments& arguments, int blocks_ms);

  // Sends a command and does not wait. Throws RedisUnavailable. Answers come in the order of the commands; all have to
  // be received before the connection is used in another way.
  void send(const Arguments& arguments);
  // The answer to the oldest command that was sent. Throws as pipeline() does.
  Reply receive();

  [[nodiscard]] bool is_open() const { return context_ != nullptr; }
  // Was it closed because no answer came in time?
  [[nodiscard]] bool has_timed_out() const { return context_ == nullptr && timed_out_; }

 private:
  void open();
  void close();
  [[nodiscard]] bool closed_by_peer() const;
  void make_ready(int blocks_ms);
  void append(const Arguments& arguments);
  void flush();
  void receive(Call& call);
  void give_up(std::span<Call* const> calls, const char* why);
  [[noreturn]] void fail();

  const Address address_;
  const int timeout_ms_;
  int wait_ms_ = 0;
  redisContext* context_ = nullptr;
  bool timed_out_ = false;
};

}  // namespace ticketd::redis
