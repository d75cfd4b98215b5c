#include "endpoint/edge.h"

#include <algorithm>
#include <chrono>

#include "auth/network.h"
#include "endpoint/admin.h"

namespace ticketd {
namespace {

constexpr std::size_t kLoggedPath = 200;  // none of ours is half as long

// Not what opens a calendar, or unsubscribes.
std::string logged(const std::string& path) {
  for (const std::string_view secret_behind : {"/v1/calendars/", "/unsubscribe/"}) {
    if (path.starts_with(secret_behind)) return std::string(secret_behind);
  }
  return path.substr(0, kLoggedPath);
}

const char* name_of(RateClass rate_class) {
  switch (rate_class) {
    case RateClass::none: return "none";
    case RateClass::auth: return "auth";
    case RateClass::booking: return "booking";
    case RateClass::reads: return "reads";
    case RateClass::door: return "door";
  }
  return "none";
}

std::optional<RateRule> rule_of(RateClass rate_class, const Config& config) {
  switch (rate_class) {
    case RateClass::none: return std::nullopt;
    case RateClass::auth: return config.rate_auth;
    case RateClass::booking: return config.rate_booking;
    case RateClass::reads: return config.rate_reads;
    case RateClass::door: return config.rate_door;
  }
  return std::nullopt;
}

// RateLimit-Policy and RateLimit: draft-ietf-httpapi-ratelimit-headers. While nothing is counted, because the cache
// Redis is away, the policy is all that there is to tell.
void add_rate_headers(Reply& reply, const RateRule& rule, const std::optional<auth::RateState>& state) {
  reply.header("RateLimit-Policy", std::to_string(rule.limit) + ";w=" + std::to_string(rule.window_s));
  if (!state) return;
  const auto& rate = *state;
  reply.header("RateLimit", "limit=" + std::to_string(rate.limit) + ", remaining=" + std::to_string(rate.remaining) +
                                ", reset=" + std::to_string(rate.reset_s));
}

Cell& decision_cell(App& app, RateClass rate_class, const std::string& decision) {
  if (rate_class == RateClass::none) return unshown();
  return app.metrics.series("ticketd_rate_limit_decisions_total{class=\"" + std::string(name_of(rate_class)) +
                            "\",decision=\"" + decision + "\"}");
}

// Is whoever sent it likely to have given up? Nobody is kept waiting for as long as nginx waits for an answer: then it
// is the clock that was set.
bool has_waited_too_long(const Request& request, Time now) {
  constexpr seconds kPatience{2};
  constexpr seconds kNginxWaits{30};
  if (!request.whole_at) return false;
  const auto waited = now - *request.whole_at;
  return waited > kPatience && waited < kNginxWaits;
}

void log_fault(const Request& request, const char* kind, const char* what) {
  Log::error(kind, {{"request_id", request.request_id}, {"error", what}});
}

}  // namespace

Edge::Edge(App& app, std::string name, RateClass rate_class, Handler handler)
    : app_(app),
      revocations_(app),
      name_(std::move(name)),
      rate_class_(rate_class),
      handler_(handler),
      latency_(
          app.metrics.histogram("ticketd_http_request_duration_seconds", "route=\"" + name_ + "\"", kLatencyBounds)),
      in_flight_(app.metrics.gauge("ticketd_http_requests_in_flight{route=\"" + name_ + "\"}")),
      decisions_{decision_cell(app, rate_class, "allowed"), decision_cell(app, rate_class, "refused"),
                 decision_cell(app, rate_class, "unchecked")} {}

Reply Edge::handle(const Request& request) {
  const auto start = std::chrono::steady_clock::now();
  in_flight_.fetch_add(1, std::memory_order_relaxed);
  std::optional<auth::RateState> rate;
  const auto caller = caller_of(request);
  auto reply = [&] {
    const auto refuse = [&](Code code) { return http::problem({code}, request.request_id); };
    try {
      auto result = answer(request, caller, rate);
      return result.ok() ? std::move(*result) : http::problem(result.refusal(), request.request_id);
    } catch (const postgres::DatabaseUnavailable& e) {
      log_fault(request, "database_unavailable", e.what());
      return refuse(Code::database_unavailable);
    } catch (const redis::RedisUnavailable& e) {
      log_fault(request, "queue_unavailable", e.what());
      return refuse(Code::queue_unavailable);
    } catch (const std::exception& e) {
      log_fault(request, "internal_error", e.what());
      return refuse(Code::internal_error);
    }
  }();
  if (const auto rule = rule_of(rate_class_, app_.config)) {
    // What is left of a limit is somebody's own.
    add_rate_headers(reply, *rule, reply.is_shared ? std::nullopt : rate);
  }
  in_flight_.fetch_sub(1, std::memory_order_relaxed);
  finish(request, caller, reply,
         std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count());
  return reply;
}

Edge::Caller Edge::caller_of(const Request& request) const {
  const auto header = request.header("authorization");
  constexpr std::string_view kScheme = "Bearer ";
  Caller caller;
  // The scheme's name has no case (RFC 9110 section 11.1), and behind it stands any number of spaces (11.4).
  const bool bearer = strncasecmp(header.c_str(), kScheme.data(), kScheme.size()) == 0;
  const auto token = bearer ? header.find_first_not_of(' ', kScheme.size()) : std::string::npos;
  if (token == std::string::npos) {
    caller.refusal = Refusal{Code::token_missing};
    return caller;
  }
  const auto claims = app_.access_tokens.verify(header.substr(token), app_.clock.now());
  if (claims.ok()) {
    caller.token = *claims;
  } else {
    caller.refusal = claims.refusal();
  }
  return caller;
}

Answer Edge::answer(const Request& request, const Caller& caller, std::optional<auth::RateState>& rate) {
  if (has_waited_too_long(request, app_.clock.now())) return Refusal{Code::busy};
  const auto* open = std::get_if<OpenHandler>(&handler_);
  if (rate_class_ == RateClass::none && open != nullptr) return (*open)(app_, request);
  // An endpoint for everyone counts by address even if a token came along: else an address with many accounts would
  // have many limits for logging in and registering.
  const bool by_user = open == nullptr && caller.token;
  const auto networks = auth::networks_of(request.remote_addr);
  const auto who = by_user ? std::vector<auth::Network>{{caller.token->user.str()}} : networks;
  // Whoever has a token of an ended session is nobody, and takes nothing of the user's limit.
  const auto passage =
      app_.gate.enter(name_of(rate_class_), who, networks, rule_of(rate_class_, app_.config), caller.token);
  count(passage);
  rate = passage.rate;
  if (rate && !rate->allowed) return Refusal{Code::rate_limited, "", {}, std::max(1, rate->reset_s)};
  return answer_to(request, caller, passage);
}

Answer Edge::answer_to(const Request& request, const Caller& caller, const auth::Passage& passage) {
  if (const auto* open = std::get_if<OpenHandler>(&handler_)) return (*open)(app_, request);
  const auto* read = std::get_if<ReadHandler>(&handler_);
  if (read != nullptr && request.header("authorization").empty()) {
    auto reply = (*read)(app_, request, std::nullopt);
    return reply.ok() ? http::shared(std::move(*reply), app_.clock.now()) : std::move(reply);
  }
  if (caller.refusal) return *caller.refusal;
  if (revocations_.is_revoked(passage, *caller.token))
    return Refusal{Code::token_invalid, "The session has ended; log in again"};
  const auto person = named_person(app_, request, caller.token->user).value_or(caller.token->user);
  auto reply =
      read != nullptr ? (*read)(app_, request, person) : std::get<SignedInHandler>(handler_)(app_, request, person);
  return reply.ok() ? acted_as(std::move(*reply), request, caller.token->user, person) : std::move(reply);
}

void Edge::count(const auth::Passage& passage) {
  if (!rule_of(rate_class_, app_.config)) return;
  auto& decision = !passage.rate           ? decisions_.unchecked
                   : passage.rate->allowed ? decisions_.allowed
                                           : decisions_.refused;
  decision.fetch_add(1, std::memory_order_relaxed);
}

void Edge::finish(const Request& request, const Caller& caller, const Reply& reply, std::int64_t us) {
  latency_.observe(us);
  const auto series = [&] {
    return "ticketd_http_requests_total{route=\"" + name_ + "\",status=\"" + std::to_string(reply.status) + "\"}";
  };
  answered_.at(app_.metrics, static_cast<std::size_t>(reply.status - 100), series)
      .fetch_add(1, std::memory_order_relaxed);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  // A line for each change, none for a read that went well: changes are the story, and nginx's log has the reads.
  const auto level = reply.status >= 500 ? Level::error : reads ? Level::debug : Level::info;
  const auto or_null = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
  Log::line(level, "request",
            {{"request_id", request.request_id},
             {"traceparent", or_null(request.header("traceparent"))},
             {"method", request.method},
             {"path", logged(request.path)},
             {"status", reply.status},
             {"code", or_null(reply.code)},
             {"command", or_null(reply.command)},
             {"user", caller.token ? std::optional(caller.token->user.str()) : or_null(reply.user)},
             {"us", us}});
}

}  // namespace ticketd
