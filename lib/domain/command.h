// What people ask for that goes through the queue.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "base/uuid.h"

namespace ticketd::domain {

enum class CommandKind { book, cancel, update_event, delete_event };

std::string_view name_of(CommandKind kind);
std::optional<CommandKind> parse_command_kind(std::string_view name);

// The fields of an event that its owner may change; what is empty stays as it is.
struct EventChanges {
  std::optional<std::string> title;
  std::optional<std::string> description;
  std::optional<std::string> location;
  std::optional<Time> starts_at;
  std::optional<Time> ends_at;
  std::optional<int> total_tickets;
  std::optional<int> max_per_user;

  bool operator==(const EventChanges&) const = default;
};

struct Command {
  CommandId id;  // the request's id on the wire; makes the command take effect once
  CommandKind kind = CommandKind::book;
  UserId user;
  EventId event;
  // book: the id that the new booking gets. cancel: the booking to cancel, or empty for the person's newest live one.
  std::optional<BookingId> booking;
  NotificationId notification;  // the row that tells the person how it ended
  EventChanges changes;         // update_event only
  Time accepted_at;
  std::string request_id;  // of the HTTP request, for the logs

  bool operator==(const Command&) const = default;
};

}  // namespace ticketd::domain
