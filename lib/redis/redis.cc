#include "redis/redis.h"

#include <hiredis/hiredis.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace ticketd::redis {
namespace {

timeval timeval_of(int ms) { return {ms / 1000, (ms % 1000) * 1000L}; }

}  // namespace

bool Reply::is_nil() const { return reply_ == nullptr || reply_->type == REDIS_REPLY_NIL; }
std::string_view Reply::text() const {
  if (reply_ == nullptr || (reply_->type != REDIS_REPLY_STRING && reply_->type != REDIS_REPLY_STATUS)) return {};
  return {reply_->str, reply_->len};
}
std::int64_t Reply::integer() const {
  return reply_ != nullptr && reply_->type == REDIS_REPLY_INTEGER ? reply_->integer : 0;
}
std::size_t Reply::size() const {
  return reply_ != nullptr && reply_->type == REDIS_REPLY_ARRAY ? reply_->elements : 0;
}
Reply Reply::at(std::size_t index) const { return {owner_, index < size() ? reply_->element[index] : nullptr}; }

void Arguments::push_back(std::string_view word) {
  ++size_;
  text_.append(1, '$').append(std::to_string(word.size())).append("\r\n").append(word).append("\r\n");
}

void Arguments::append(const Arguments& others) {
  size_ += others.size_;
  text_ += others.text_;
}

Arguments Arguments::of_call(std::string_view function, const Arguments& keys, const Arguments& arguments) {
  Arguments all = {"FCALL", function, std::to_string(keys.size())};
  all.append(keys);
  all.append(arguments);
  return all;
}

RedisConnection::RedisConnection(const std::string& url, int timeout_ms)
    : address_(Address::parse(url)), timeout_ms_(timeout_ms) {}
RedisConnection::~RedisConnection() { close(); }

void RedisConnection::close() {
  if (context_ != nullptr) redisFree(context_);
  context_ = nullptr;
}

void RedisConnection::fail() {
  timed_out_ = context_ != nullptr && context_->err == REDIS_ERR_IO && errno == EAGAIN;
  const std::string why = context_ == nullptr ? "no connection" : context_->errstr;
  close();  // after an error or a time-out a context is of no more use
  throw RedisUnavailable("Redis at " + address_.text() + ": " + why);
}

void RedisConnection::open() {
  if (context_ != nullptr) return;
  const auto timeout = timeval_of(timeout_ms_);
  context_ = address_.path.empty() ? redisConnectWithTimeout(address_.host.c_str(), address_.port, timeout)
                                   : redisConnectUnixWithTimeout(address_.path.c_str(), timeout);
  if (context_ == nullptr || context_->err != 0) fail();
  timed_out_ = false;
  redisSetTimeout(context_, timeout);
  if (address_.path.empty()) redisEnableKeepAlive(context_);  // on a unix socket it fails, and the context too
  wait_ms_ = timeout_ms_;
  try {
    if (!address_.password.empty()) {
      append(address_.user.empty() ? Arguments{"AUTH", address_.password}
                                   : Arguments{"AUTH", address_.user, address_.password});
      receive();
    }
    if (address_.database != 0) {
      append({"SELECT", std::to_string(address_.database)});
      receive();
    }
  } catch (const RedisError&) {
    close();  // it is not the connection that was asked for
    throw;
  }
}

void RedisConnection::append(const Arguments& arguments) {
  const auto head = '*' + std::to_string(arguments.size()) + "\r\n";
  for (const auto* text : {&head, &arguments.text()}) {
    if (redisAppendFormattedCommand(context_, text->data(), text->size()) != REDIS_OK) fail();
  }
}

Reply RedisConnection::receive() {
  void* raw = nullptr;
  if (context_ == nullptr || redisGetReply(context_, &raw) != REDIS_OK || raw == nullptr) fail();
  std::shared_ptr<redisReply> reply(static_cast<redisReply*>(raw), freeReplyObject);
  if (reply->type == REDIS_REPLY_ERROR) {
    const std::string text(reply->str, reply->len);
    // A server that is starting, stopping or a replica is one that is not there.
    if (text.starts_with("LOADING") || text.starts_with("READONLY") || text.starts_with("MASTERDOWN")) {
      close();
      throw RedisUnavailable("Redis at " + address_.text() + ": " + text);
    }
    throw RedisError(text);
  }
  return Reply(std::move(reply));
}

bool RedisConnection::closed_by_peer() const {
  char byte = 0;
  const auto size = ::recv(context_->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return size == 0 || (size < 0 && errno != EAGAIN);
}

void RedisConnection::make_ready(int blocks_ms) {
  if (context_ != nullptr && closed_by_peer()) close();  // while it lay idle: Redis was restarted
  open();
  if (wait_ms_ != timeout_ms_ + blocks_ms) {
    wait_ms_ = timeout_ms_ + blocks_ms;
    redisSetTimeout(context_, timeval_of(wait_ms_));
  }
}

void RedisConnection::receive(Call& call) {
  for (std::size_t i = 0; i < call.commands_.size(); ++i) {
    try {
      call.replies_.push_back(receive());
    } catch (const RedisError& e) {  // the answers to the rest are still under way
      if (call.failure_ == Call::none) call.error_ = e.what();
      call.failure_ = Call::refused;
    }
  }
}

void RedisConnection::give_up(std::span<Call* const> calls, const char* why) {
  close();
  for (auto* call : calls) call->give_up(why);
}

void RedisConnection::send(std::span<Call* const> calls) noexcept {
  try {
    make_ready(0);
    for (const auto* call : calls) {
      for (const auto& arguments : call->commands_) append(arguments);
    }
    flush();
  } catch (const std::exception& e) {
    give_up(calls, e.what());
  }
}

void RedisConnection::receive(std::span<Call* const> calls) noexcept {
  std::size_t answered = 0;
  try {
    for (; answered < calls.size(); ++answered) {
      if (calls[answered]->failure_ != Call::unavailable) receive(*calls[answered]);
    }
  } catch (const std::exception& e) {
    give_up(calls.subspan(answered), e.what());
  }
}

std::vector<Reply> RedisConnection::pipeline(std::span<const Arguments> commands) {
  Call call(commands);
  Call* const calls[] = {&call};
  send(calls);
  receive(calls);
  return std::move(call).replies();
}

void RedisConnection::send(const Arguments& arguments) {
  open();
  append(arguments);
  flush();
}

void RedisConnection::flush() {
  for (int done = 0; done == 0;) {
    if (redisBufferWrite(context_, &done) != REDIS_OK) fail();
  }
}

Reply RedisConnection::blocking_command(const Arguments& arguments, int blocks_ms) {
  make_ready(blocks_ms);
  append(arguments);
  return receive();
}

std::vector<Reply> Call::replies() && {
  if (failure_ == unavailable) throw RedisUnavailable(error_);
  if (failure_ == refused) throw RedisError(error_);
  return std::move(replies_);
}

Reply Commands::command(const Arguments& arguments) { return pipeline({&arguments, 1}).front(); }

Reply Commands::transaction(std::span<const Arguments> commands) {
  std::vector<Arguments> all = {{"MULTI"}};
  all.insert(all.end(), commands.begin(), commands.end());
  all.push_back({"EXEC"});
  return pipeline(all).back();
}

Reply Commands::call(std::string_view function, const Arguments& keys, const Arguments& arguments) try {
  return command(Arguments::of_call(function, keys, arguments));
} catch (const RedisError& e) {
  if (!e.is("ERR Function not found")) throw;
  throw RedisUnavailable("Redis: it has no function " + std::string(function) + "; `ticketctl functions load`");
}

}  // namespace ticketd::redis
