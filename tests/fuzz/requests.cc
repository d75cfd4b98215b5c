// Covers: handlers lib/fcgi/params.cc lib/http lib/api lib/endpoint lib/signin
// A whole request to any endpoint: its name, FastCGI parameters one a line, an empty line, the body. The handlers are
// the real ones; the stores are away, so all of it is tried up to the first look into one.
#include <sodium.h>

#include <map>
#include <memory>
#include <vector>

#include "endpoint/serve.h"
#include "fcgi/params.h"
#include "fuzz/properties.h"

using namespace ticketd;
using fuzz::require;

namespace {

std::map<std::string, Handler>& endpoints() {
  static std::map<std::string, Handler> map;
  return map;
}

App& app() {
  static App app(
      [] {
        Config config;
        config.database_url = "postgresql:///none?host=/nonexistent";
        config.queue_redis_url = config.cache_redis_url = "unix:///nonexistent";
        config.jwt_keys = config.session_keys = {{"new", "0123456789abcdef0123456789abcdef"}};
        config.db_connections = config.shards = config.argon2_jobs = 1;
        return config;
      }(),
      "fuzz", 1);
  return app;
}

http::Request request_in(std::string_view& rest) {
  std::vector<std::string> lines;
  while (!rest.empty() && !rest.starts_with('\n')) lines.push_back(fuzz::take_until(rest, '\n'));
  if (!rest.empty()) rest.remove_prefix(1);
  std::vector<const char*> params;
  for (const auto& line : lines) params.push_back(line.c_str());
  params.push_back(nullptr);
  auto request = fcgi::request_of(params.data());
  const auto announced = fcgi::body_size(params.data(), http::kMaxBodyBytes);
  request.body = rest.substr(0, announced == 0 ? http::kMaxBodyBytes + 1 : announced);
  request.body_complete = request.body.size() >= announced;
  return request;
}

// Who may be signed in is, where a header says so.
Answer answer_of(const Handler& handler, const http::Request& request) try {
  if (const auto* open = std::get_if<OpenHandler>(&handler)) return (*open)(app(), request);
  if (const auto* signed_in = std::get_if<SignedInHandler>(&handler)) return (*signed_in)(app(), request, UserId{});
  const bool is_signed_in = !request.header("authorization").empty();
  return std::get<ReadHandler>(handler)(app(), request, is_signed_in ? std::optional(UserId{}) : std::nullopt);
} catch (const postgres::DatabaseUnavailable&) {
  return Refusal{Code::database_unavailable};
} catch (const redis::RedisUnavailable&) {
  return Refusal{Code::queue_unavailable};
}

}  // namespace

// In place of lib/endpoint/serve.cc: each handler's main() has become a constructor (see the Makefile), and comes by
// here.
int ticketd::serve(const char* name, RateClass, OpenHandler handler, WaitsFor) {
  endpoints()[name] = handler;
  return 0;
}
int ticketd::serve(const char* name, RateClass, ReadHandler handler) {
  endpoints()[name] = handler;
  return 0;
}
int ticketd::serve(const char* name, RateClass, SignedInHandler handler, WaitsFor, std::size_t) {
  endpoints()[name] = handler;
  return 0;
}

// Over libsodium's: a hash takes 30 ms, and its input has passed all checks by then.
extern "C" int crypto_pwhash_str_alg(char out[crypto_pwhash_STRBYTES], const char*, unsigned long long,
                                     unsigned long long, std::size_t, int) {
  out[0] = 'h';
  out[1] = '\0';
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool ready = sodium_init() >= 0 && (Log::open("fuzz", static_cast<Level>(0)), true);
  require(ready && endpoints().size() >= 34, "every handler is there");
  auto rest = fuzz::text_of(data, size);
  const auto endpoint = endpoints().find(fuzz::take_until(rest, '\n'));
  if (endpoint == endpoints().end()) return 0;
  const auto request = request_in(rest);
  const auto answer = answer_of(endpoint->second, request);
  if (!answer.ok()) {
    fuzz::require_problem(answer.refusal(), request.request_id);
  } else if (endpoint->first != "metrics") {
    fuzz::require_reply(*answer);
  }
  return 0;
}
