#include "endpoint/submission.h"

#include "api/event_fields.h"
#include "api/pool_fields.h"
#include "api/views.h"
#include "auth/network.h"
#include "auth/opaque_token.h"
#include "domain/decide.h"
#include "domain/message.h"
#include "storage/bookings.h"

namespace ticketd {
namespace {

// The worker's reasons as the client's codes, for what the command is about.
Refusal refusal_of(const storage::CommandOutcome& request, const domain::Command& command) {
  const bool is_of_type = std::holds_alternative<domain::SetTicketType>(command.action);
  const auto reason = request.reason.value_or("");
  if (reason == name_of(domain::Reason::event_not_found)) return {Code::event_not_found};
  if (reason == name_of(domain::Reason::event_cancelled)) return {Code::event_cancelled};
  if (reason == name_of(domain::Reason::event_over)) return {Code::event_over};
  if (reason == name_of(domain::Reason::not_event_owner)) return {Code::not_event_owner};
  if (reason == name_of(domain::Reason::capacity_below_confirmed)) return {Code::capacity_below_confirmed};
  if (reason == name_of(domain::Reason::ends_before_start))
    return is_of_type ? sale_ends_before_start() : ends_before_start();
  if (reason == name_of(domain::Reason::event_has_pools)) return event_has_pools();
  if (reason == name_of(domain::Reason::pool_not_found)) return {Code::pool_not_found};
  if (reason == name_of(domain::Reason::type_has_bookings)) return {Code::type_has_bookings};
  if (reason == name_of(domain::Reason::line_not_empty)) return {Code::line_not_empty};
  if (reason == name_of(domain::Reason::too_many)) return too_many(is_of_type ? "name" : "capacity");
  return {Code::internal_error};
}

// Empty if it takes longer; or if a fault keeps us from seeing it, for the command is accepted by now. What was
// accepted by an earlier request is awaited by that one, if at all.
std::optional<storage::CommandOutcome> outcome_of(App& app, const queue::Accepted& queued) {
  const auto& command = queued.command;
  try {
    if (!queued.replayed && !app.queue.await_outcome(command.id, app.config.outcome_wait_ms)) return std::nullopt;
    return postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
      return storage::find_command_outcome(tx, command.id, command.user);
    });
  } catch (const std::runtime_error& e) {
    Log::warning("outcome_not_seen", {{"request_id", command.request_id}, {"error", e.what()}});
    return std::nullopt;
  }
}

// One of the places in which a thread may wait for an outcome, if there was one left.
class WaitingPlace {
 public:
  explicit WaitingPlace(std::counting_semaphore<>& places) : places_(places), taken_(places.try_acquire()) {}
  ~WaitingPlace() {
    if (taken_) places_.release();
  }
  WaitingPlace(const WaitingPlace&) = delete;
  WaitingPlace& operator=(const WaitingPlace&) = delete;
  [[nodiscard]] bool is_taken() const { return taken_; }

 private:
  std::counting_semaphore<>& places_;
  const bool taken_;
};

}  // namespace

domain::Command make_command(App& app, const Request& request, UserId user, EventId event, domain::Action action) {
  domain::Command command;
  command.accepted_at = app.clock.now();
  command.id = CommandId::make(command.accepted_at, app.random);
  command.user = user;
  command.event = event;
  command.action = std::move(action);
  command.notification = NotificationId::make(command.accepted_at, app.random);
  command.request_id = request.request_id;
  return command;
}

Result<std::optional<queue::IdempotencyKey>> key_of(const Request& request, const Json& body) {
  const auto key = request.idempotency_key();
  if (!key.ok()) return key.refusal();
  if (!*key) return std::optional<queue::IdempotencyKey>();
  return std::optional(queue::IdempotencyKey{**key, fingerprint_of(request, body), auth::site_of(request.remote_addr)});
}

Answer submit(App& app, const Request& request, const domain::Command& command, const Json& body,
              std::string_view message) {
  const auto key = key_of(request, body);
  if (!key.ok()) return key.refusal();
  const auto queued = app.queue.submit(command, *key);
  if (!queued.ok()) return queued.refusal();
  return queued->replayed ? replayed(queued->command, message) : accepted(queued->command, message);
}

Answer replay_or(const Refusal& refusal, App& app, const Request& request, const domain::Command& command,
                 const Json& body, std::string_view message) {
  const auto key = key_of(request, body);
  if (!key.ok()) return key.refusal();
  if (!*key) return refusal;
  const auto first = app.queue.find_replay(command, **key);
  if (!first.ok()) return first.refusal();
  return *first ? Answer(replayed(**first, message)) : refusal;
}

bool claim_key(App& app, const Request& request, UserId user, const std::string& key) {
  const auto purpose = auth::hex_hash_of(request.method + ' ' + request.path);
  try {
    return app.queue.claim_key(user, {key, purpose, auth::site_of(request.remote_addr)}, app.clock.now());
  } catch (const redis::RedisUnavailable& e) {
    Log::warning("key_not_claimed", {{"request_id", request.request_id}, {"error", e.what()}});
    return true;
  }
}

Result<Submitted> submit_and_wait(App& app, const domain::Command& command,
                                  const std::optional<queue::IdempotencyKey>& key) {
  return submit_and_wait(app, [&](bool awaited) { return app.queue.submit(command, key, awaited); });
}

Result<Submitted> submit_and_wait(App& app, const SubmitIf& submit) {
  const WaitingPlace place(app.outcome_waits);
  const auto queued = submit(place.is_taken());
  if (!queued.ok()) return queued.refusal();
  const auto outcome = place.is_taken() ? outcome_of(app, *queued) : std::nullopt;
  if (outcome && (outcome->state == "failed" || outcome->outcome == name_of(domain::Outcome::rejected)))
    return refusal_of(*outcome, queued->command);
  return Submitted{queued->command, queued->replayed, outcome.has_value()};
}

Reply accepted(const domain::Command& command, std::string_view message) {
  auto reply = http::success(202, message,
                             JsonText::object({{"notification", pending_notification_json(command)},
                                               {"request", queued_request_json(command)}}));
  reply.header("Location", request_href(command.id));
  reply.command = command.id.str();
  return reply;
}

Reply replayed(const domain::Command& command, std::string_view message) {
  return accepted(command, message).header("Idempotent-Replayed", "true");
}

std::string fingerprint_of(const Request& request, const Json& body) {
  return auth::hex_hash_of(request.method + ' ' + request.path + '\n' + body.canonical());
}

}  // namespace ticketd
