#include "fact_log.h"

#include "base/log.h"

namespace ticketd::worker {
namespace {

// Empty for what the worker does by itself.
std::optional<std::string> request_of(const domain::Command& cause) {
  return cause.request_id.empty() ? std::nullopt : std::optional(cause.request_id);
}

void log_outcome(LogBatch& log, const domain::Command& command, const domain::Fact& fact) {
  const auto reason = reason_of(fact);
  // A booking that was not made has no id that could be found.
  const auto booking = reason ? std::nullopt : booking_of(fact);
  log.info("decided", {{"request_id", command.request_id},
                       {"command", command.id.str()},
                       {"kind", name_of(command.kind())},
                       {"user", command.user.str()},
                       {"event_id", command.event.str()},
                       {"booking", booking ? std::optional(booking->str()) : std::nullopt},
                       {"outcome", name_of(*outcome_of(fact))},
                       {"reason", reason ? std::optional(std::string(name_of(*reason))) : std::nullopt}});
}

void log_promotion(LogBatch& log, const domain::Command& cause, const domain::Booking& booking,
                   const storage::RequestIds& request_ids) {
  const auto found = request_ids.find(booking.id);
  log.info("promoted", {{"request_id", found == request_ids.end() ? std::nullopt : std::optional(found->second)},
                        {"cause_request_id", request_of(cause)},
                        {"user", booking.user.str()},
                        {"event_id", cause.event.str()},
                        {"booking", booking.id.str()}});
}

void log_expiry(LogBatch& log, const domain::Command& cause, const domain::Booking& booking) {
  log.info("expired", {{"user", booking.user.str()}, {"event_id", cause.event.str()}, {"booking", booking.id.str()}});
}

void log_closing(LogBatch& log, const domain::Command& cause) {
  log.info("line_closed", {{"event_id", cause.event.str()}, {"cause_request_id", request_of(cause)}});
}

}  // namespace

void log_facts(std::span<const domain::BatchFact> facts, const storage::RequestIds& promoted) {
  LogBatch log;
  for (const auto& [command, title, fact] : facts) {
    if (outcome_of(fact)) log_outcome(log, *command, fact);
    if (const auto* promotion = std::get_if<domain::Promoted>(&fact))
      log_promotion(log, *command, promotion->booking, promoted);
    if (const auto* expiry = std::get_if<domain::HoldExpired>(&fact)) log_expiry(log, *command, expiry->booking);
    if (std::holds_alternative<domain::LineClosed>(fact)) log_closing(log, *command);
  }
}

}  // namespace ticketd::worker
