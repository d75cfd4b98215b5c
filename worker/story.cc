#include "story.h"

#include "base/log.h"

namespace ticketd::worker {
namespace {

template <class IdType>
std::optional<std::string> text_of(const std::optional<IdType>& id) {
  return id ? std::optional(id->str()) : std::nullopt;
}

void log_promoted(LogBatch& log, const storage::Decided& d, const domain::Booking& booking,
                  const storage::RequestIds& request_ids) {
  const auto found = request_ids.find(booking.id);
  log.info("promoted", {{"request_id", found == request_ids.end() ? std::nullopt : std::optional(found->second)},
                        {"cause_request_id", d.command->request_id},
                        {"user", booking.user.str()},
                        {"event_id", d.command->event.str()},
                        {"booking", booking.id.str()}});
}

}  // namespace

void log_decided(std::span<const storage::Decided> decided, const storage::RequestIds& promoted) {
  LogBatch log;
  for (const auto& d : decided) {
    const auto reason = d.decision.reason ? std::optional(std::string(name_of(*d.decision.reason))) : std::nullopt;
    log.info("decided", {{"request_id", d.command->request_id},
                         {"command", d.command->id.str()},
                         {"kind", name_of(d.command->kind)},
                         {"user", d.command->user.str()},
                         {"event_id", d.command->event.str()},
                         {"booking", text_of(d.decision.booking)},
                         {"outcome", name_of(d.decision.outcome)},
                         {"reason", reason}});
    for (const auto& change : d.decision.changes) {
      if (change.kind == domain::BookingChange::Kind::promoted) log_promoted(log, d, change.booking, promoted);
    }
  }
}

}  // namespace ticketd::worker
