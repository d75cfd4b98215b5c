#include "endpoint/edge.h"

#include <algorithm>
#include <chrono>
#include <mutex>

#include "auth/network.h"
#include "storage/users.h"

namespace ticketd {
namespace {

constexpr std::size_t kLoggedPath = 200;  // none of ours is half as long

// So long the list of refused tokens is good: a change counts so late at most that could not be announced.
constexpr seconds kRefusedKept{30};

const char* name_of(Limit limit) {
  switch (limit) {
    case Limit::none: return "none";
    case Limit::auth: return "auth";
    case Limit::booking: return "booking";
    case Limit::reads: return "reads";
  }
  return "none";
}

std::optional<RateRule> rule_of(Limit limit, const Config& config) {
  switch (limit) {
    case Limit::none: return std::nullopt;
    case Limit::auth: return config.rate_auth;
    case Limit::booking: return config.rate_booking;
    case Limit::reads: return config.rate_reads;
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

Cell& decision_cell(App& app, Limit limit, const std::string& decision) {
  if (limit == Limit::none) return unshown();
  return app.metrics.series("ticketd_rate_limit_decisions_total{class=\"" + std::string(name_of(limit)) +
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

Edge::Edge(App& app, std::string name, Limit limit, OpenHandler open, SignedInHandler signed_in)
    : app_(app),
      name_(std::move(name)),
      limit_(limit),
      open_(open),
      signed_in_(signed_in),
      latency_(
          app.metrics.histogram("ticketd_http_request_duration_seconds", "route=\"" + name_ + "\"", kLatencyBounds)),
      in_flight_(app.metrics.gauge("ticketd_http_requests_in_flight{route=\"" + name_ + "\"}")),
      decisions_{decision_cell(app, limit, "allowed"), decision_cell(app, limit, "refused"),
                 decision_cell(app, limit, "unchecked")} {}

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
  if (const auto rule = rule_of(limit_, app_.config)) add_rate_headers(reply, *rule, rate);
  in_flight_.fetch_sub(1, std::memory_order_relaxed);
  finish(request, caller, reply,
         std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count());
  return reply;
}

Edge::Caller Edge::caller_of(const Request& request) const {
  const auto header = request.header("authorization");
  constexpr std::string_view kScheme = "Bearer ";
  Caller caller;
  // The scheme's name has no case (RFC 9110 section 11.1).
  const bool bearer =
      header.size() > kScheme.size() && strncasecmp(header.c_str(), kScheme.data(), kScheme.size()) == 0;
  if (!bearer) {
    caller.refusal = Refusal{Code::token_missing};
    return caller;
  }
  const auto claims = app_.access_tokens.verify(header.substr(kScheme.size()), app_.clock.now());
  if (claims.ok()) {
    caller.token = *claims;
  } else {
    caller.refusal = claims.refusal();
  }
  return caller;
}

Answer Edge::answer(const Request& request, const Caller& caller, std::optional<auth::RateState>& rate) {
  if (has_waited_too_long(request, app_.clock.now())) return Refusal{Code::busy};
  if (limit_ == Limit::none && signed_in_ == nullptr) return open_(app_, request);
  // An endpoint for everyone counts by address even if a token came along: else an address with many accounts would
  // have many limits for logging in and registering.
  const bool by_user = signed_in_ != nullptr && caller.token;
  const auto network = auth::network_of(request.remote_addr);
  const auto who = by_user ? caller.token->user.str() : network;
  // Whoever has a token of an ended session is nobody, and takes nothing of the person's limit.
  const auto passage = app_.gate.enter(name_of(limit_), who, network, rule_of(limit_, app_.config), caller.token);
  count(passage);
  rate = passage.rate;
  if (rate && !rate->allowed) return Refusal{Code::rate_limited, "", {}, std::max(1, rate->reset_s)};
  if (signed_in_ == nullptr) return open_(app_, request);
  if (caller.refusal) return *caller.refusal;
  if (is_refused(passage, *caller.token)) return Refusal{Code::token_invalid, "The session has ended; log in again"};
  return signed_in_(app_, request, caller.token->user);
}

void Edge::count(const auth::Passage& passage) {
  if (!rule_of(limit_, app_.config)) return;
  auto& decision = !passage.rate           ? decisions_.unchecked
                   : passage.rate->allowed ? decisions_.allowed
                                           : decisions_.refused;
  decision.fetch_add(1, std::memory_order_relaxed);
}

bool Edge::is_refused(const auth::Passage& passage, const auth::AccessClaims& token) {
  if (passage.reachable) return is_refused_by_list(passage.token, token);
  const auto since = app_.clock.now() - seconds(app_.config.access_ttl_s);
  return postgres::autocommit(app_.database, [&](pqxx::transaction_base& tx) {
    return storage::is_token_refused(tx, token.user, token.session, token.issued_at, since);
  });
}

// One thread at a time asks PostgreSQL what is new. The others meanwhile, and all while PostgreSQL is away, go by what
// the list has: bookings are accepted then. Only if it is not complete everybody waits for it.
bool Edge::is_refused_by_list(auth::TokenState state, const auth::AccessClaims& token) {
  const auto now = app_.clock.now();
  if (state.refused) return true;
  if (state.read_at && now - *state.read_at < kRefusedKept && *state.read_at - now < kRefusedKept) return false;
  std::unique_lock alone(reading_, std::try_to_lock);
  if (!alone) {
    if (state.read_at) return false;
    if (app_.database.hangs())
      throw postgres::DatabaseUnavailable("it does not answer, and it is not known who is refused");
    alone.lock();
    state = app_.gate.find_token(token);
    if (state.refused || state.read_at) return state.refused;
  }
  try {
    return is_refused_by_news(state.read_at, token);
  } catch (const postgres::DatabaseUnavailable&) {
    if (!state.read_at) throw;
    return false;
  }
}

bool Edge::is_refused_by_news(const std::optional<Time>& read_at, const auth::AccessClaims& token) {
  const auto now = app_.clock.now();
  const auto oldest = now - seconds(app_.config.access_ttl_s);
  // The last minute is read again: a transaction may take a while to end, and hosts' clocks differ.
  const auto since = read_at ? std::max(oldest, std::min(*read_at, now) - std::chrono::minutes(1)) : oldest;
  const auto news = postgres::autocommit(
      app_.database, [&](pqxx::transaction_base& tx) { return storage::list_refused_tokens(tx, since, now); });
  app_.gate.add_refused(news, now, oldest);
  return std::ranges::any_of(news, [&](const auto& entry) { return auth::refuses(entry, token); });
}

void Edge::finish(const Request& request, const Caller& caller, const Reply& reply, std::int64_t us) {
  latency_.observe(us);
  const auto series = [&] {
    return "ticketd_http_requests_total{route=\"" + name_ + "\",status=\"" + std::to_string(reply.status) + "\"}";
  };
  answered_.at(app_.metrics, static_cast<std::size_t>(reply.status - 100), series)
      .fetch_add(1, std::memory_order_relaxed);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const auto level = reply.status >= 500 ? Level::error : reads ? Level::debug : Level::info;
  const auto or_null = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
  Log::line(level, "request",
            {{"request_id", request.request_id},
             {"traceparent", or_null(request.header("traceparent"))},
             {"method", request.method},
             {"path", request.path.substr(0, kLoggedPath)},
             {"status", reply.status},
             {"code", or_null(reply.code)},
             {"command", or_null(reply.command)},
             {"user", caller.token ? std::optional(caller.token->user.str()) : or_null(reply.user)},
             {"us", us}});
}

}  // namespace ticketd
