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
  webhook_off,
  reminder,
  organiser_message
};
constexpr std::size_t kNotificationKinds = 20;
std::string_view name_of(NotificationKind kind);

struct Message {
  NotificationKind kind;
  std::string text;
  // What the text is made of, a JSON object, for whoever says it in another language. All of them where they apply:
  // quantity (tickets of the booking), dropped, waits (those that wait) and given_back, if there are any, place in the
  // waiting list, until (when seats are held, ISO 8601), reason and command of a rejection, subject of an organiser's
  // message.
  std::string arguments = "{}";
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
// To everyone with a seat, some hours before the event.
Message reminder_message(std::string_view title, Time starts_at);
// What the organiser of the event writes to its people.
Message organiser_message(std::string_view title, const std::string& subject, const std::string& text);
// While the command is still in the queue.
std::string processing_text(CommandKind kind);

}  // namespace ticketd::domain
