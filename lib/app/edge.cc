#include "app/edge.h"

#include <algorithm>
#include <chrono>
#include <mutex>

#include "auth/network.h"
#include "storage/users.h"

namespace ticketd {
namespace {

constexpr std::size_t kLoggedPath = 200;  // none of ours is half as long

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
    } catch (const storage::DatabaseUnavailable& e) {
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
  const auto rule = rule_of(limit_, app_.config);
  auto passage = app_.gate.enter(name_of(limit_), who, rule, caller.token);
  // Whoever has a token of an ended session is nobody, and takes nothing of the person's limit.
  if (by_user && passage.rate && passage.tokens_valid_after && caller.token->issued_at < *passage.tokens_valid_after) {
    app_.gate.give_back(name_of(limit_), who, *rule);
    passage = app_.gate.enter(name_of(limit_), network, rule, caller.token);
  }
  count(passage);
  rate = passage.rate;
  if (rate && !rate->allowed) return Refusal{Code::rate_limited, "", {}, std::max(1, rate->reset_s)};
  if (signed_in_ == nullptr) return open_(app_, request);
  if (caller.refusal) return *caller.refusal;
  if (const auto refusal = check_token(passage, *caller.token)) return *refusal;
  return signed_in_(app_, request, caller.token->user);
}

void Edge::count(const auth::Passage& passage) {
  if (!rule_of(limit_, app_.config)) return;
  auto& decision = !passage.rate           ? decisions_.unchecked
                   : passage.rate->allowed ? decisions_.allowed
                                           : decisions_.refused;
  decision.fetch_add(1, std::memory_order_relaxed);
}

std::optional<Refusal> Edge::check_token(const auth::Passage& passage, const auth::AccessClaims& token) {
  auto valid_after = passage.tokens_valid_after;
  if (!passage.reachable) {
    const auto since = app_.clock.now() - seconds(app_.config.access_ttl_s);
    valid_after = storage::read(app_.database, [&](pqxx::transaction_base& tx) {
      return storage::find_tokens_valid_after(tx, token.user, token.session, since);
    });
    if (!valid_after) return Refusal{Code::token_invalid};  // there is no such person any more
  } else if (!passage.tokens_known) {
    valid_after = tokens_valid_after(token);
  }
  if (valid_after && token.issued_at < *valid_after)
    return Refusal{Code::token_invalid, "The session has ended; log in again"};
  return std::nullopt;
}

// From a list that is loaded anew, by one thread. For the others meanwhile, and while PostgreSQL is away, the last one
// goes on to count: bookings are accepted then.
std::optional<Time> Edge::tokens_valid_after(const auth::AccessClaims& token) {
  const auto now = app_.clock.now();
  const auto last = [&] { return app_.gate.find_last_known(token); };
  std::unique_lock alone(loading_, std::try_to_lock);
  if (!alone || !app_.database_watch.may_ask(now)) {
    if (const auto known = last()) return known->tokens_valid_after;
  }
  if (!alone) {
    alone.lock();
    if (const auto known = last()) return known->tokens_valid_after;
    if (!app_.database_watch.may_ask(app_.clock.now()))
      throw storage::DatabaseUnavailable("it did not answer just now");
  }
  try {
    const auto since = now - seconds(app_.config.access_ttl_s);
    const auto list = storage::read(
        app_.database, [&](pqxx::transaction_base& tx) { return storage::list_tokens_valid_after(tx, since); });
    app_.database_watch.answered();
    app_.gate.load_tokens_valid_after(list);
    std::optional<Time> latest;
    for (const auto& [id, after] : list) {
      if (id == token.user.uuid || (token.session && id == token.session->uuid))
        latest = std::max(latest, std::optional(after));
    }
    return latest;
  } catch (const storage::DatabaseUnavailable&) {
    app_.database_watch.failed(now, app_.clock.now());
    const auto known = last();
    if (!known) throw;
    return known->tokens_valid_after;
  } catch (...) {
    app_.database_watch.answered();
    throw;
  }
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
