// What people are told about their bookings, in words. Every text names the event.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "domain/fact.h"

namespace ticketd::domain {

enum class NotificationKind {
  booked,
  waitlisted,
  promoted,
  cancelled,
  nothing_to_cancel,
  rejected,
  event_updated,
  event_deleted,
  event_moved,
  line_closed,
  booking_changed,
  never_fits,
  held,
  offered,
  confirmed,
  expired,
  failed,
  webhook_off
};
constexpr std::size_t kNotificationKinds = 18;
std::string_view name_of(NotificationKind kind);

struct Message {
  NotificationKind kind;
  std::string text;
};

// What the user is told whom the fact concerns: who sent the command, or who was promoted by it. Empty where it
// concerns many, who are told one after the other (storage/bulk_changes.h), in these words:
std::optional<Message> message_of(const BatchFact& fact);
// To everyone who held or awaited a seat of an event that was deleted before its end.
Message event_deleted_message(std::string_view title);
// To everyone who holds or awaits a seat of an event that has another date or place.
Message event_moved_message(std::string_view title, Time starts_at, Time ends_at);
// To everyone who still waited when the event ended, or when its line closed before.
Message line_closed_message(std::string_view title, bool is_over);
// The command could not be carried out and was put aside for the operator.
Message failed_message(CommandKind kind);
// Nothing was taken by a webhook for days; or it answered that it is gone. `host` of its URL.
Message webhook_off_message(std::string_view host, bool is_gone);
// While the command is still in the queue.
std::string processing_text(CommandKind kind);

}  // namespace ticketd::domain
