// What users ask for that goes through the queue, and is decided once, in the order of acceptance.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "base/uuid.h"
#include "domain/event_rules.h"
#include "domain/ticket_numbers.h"
#include "domain/ticket_type.h"

namespace ticketd::domain {

// Who finds an event: everybody, or whoever has its link (and its owner, among his own).
enum class Visibility { listed, unlisted };
constexpr std::size_t kVisibilities = 2;
// public and unlisted, on the wire and in the column events.visibility.
std::string_view name_of(Visibility visibility);
// Empty for what is called neither.
std::optional<Visibility> parse_visibility(std::string_view name);

// The fields of an event that its owner may change; what is empty stays as it is.
struct EventChanges {
  std::optional<std::string> title = {};
  std::optional<std::string> description = {};
  std::optional<std::string> location = {};
  std::optional<Time> starts_at = {};
  std::optional<Time> ends_at = {};
  std::optional<int> total_tickets = {};
  RuleChanges rules = {};
  std::optional<Visibility> visibility = {};
  std::optional<std::string> timezone = {};

  bool operator==(const EventChanges&) const = default;
};

// What becomes of the tickets that a booking wanted and did not get, when it takes fewer: they wait on, or nobody wants
// them any more.
enum class Remainder { keep, drop };
std::string_view name_of(Remainder remainder);
std::optional<Remainder> parse_remainder(std::string_view name);

// The kinds of commands, each with what it alone has.
struct Book {
  BookingId booking;                           // the id that the new booking gets
  int quantity = 1;                            // tickets, from 1
  std::optional<Remainder> accept_fewer = {};  // takes fewer where there are fewer; empty: all or nothing
  std::optional<TicketTypeId> type = {};       // empty: the event's first public one
  bool operator==(const Book&) const = default;
};
struct Cancel {
  std::optional<BookingId> booking;           // empty: the user's newest live one
  std::optional<int> quantity = {};           // so many of its tickets, from 1; empty, or as many as it has: all of it
  std::optional<TicketNumbers> tickets = {};  // those of its tickets instead, at least one
  bool operator==(const Cancel&) const = default;
};
// Of a booking that waits; what is empty stays as it is.
struct UpdateBooking {
  BookingId booking;
  std::optional<int> quantity = {};  // no more than it has
  std::optional<bool> accept_fewer = {};
  std::optional<Remainder> remainder = {};  // not with accept_fewer = false; alone it means that fewer are accepted
  bool operator==(const UpdateBooking&) const = default;
};
// Of a booking whose seats are held, by whose yes counts.
struct Confirm {
  BookingId booking;
  std::optional<int> quantity = {};  // so many of its tickets, from 1, and gives the others back; empty: all
  bool operator==(const Confirm&) const = default;
};
struct UpdateEvent {
  EventChanges changes;
  bool operator==(const UpdateEvent&) const = default;
};
// A pool that the event has, or a new one.
struct SetPool {
  PoolId pool;
  PoolChanges changes;
  bool operator==(const SetPool&) const = default;
};
// The same for a ticket type.
struct SetTicketType {
  TicketTypeId type;
  TicketTypeChanges changes;
  bool operator==(const SetTicketType&) const = default;
};
struct DeleteEvent {
  bool operator==(const DeleteEvent&) const = default;
};
// What time made due, or an earlier decision left to do: held seats were not confirmed in time, nobody waits for a seat
// any more because the event begins or has ended, seats are no longer saved for anybody, or more of its new seats are
// given out. The worker's own: it never stands in
// the queue, and is nobody's.
struct Settle {
  bool operator==(const Settle&) const = default;
};
using Action =
    std::variant<Book, Cancel, UpdateEvent, DeleteEvent, UpdateBooking, Confirm, SetPool, SetTicketType, Settle>;

// Numbers of the alternatives of Action, in their order; for names and for what counts by kind.
enum class CommandKind {
  book,
  cancel,
  update_event,
  delete_event,
  update_booking,
  confirm,
  set_pool,
  set_ticket_type,
  settle
};
constexpr std::size_t kCommandKinds = std::variant_size_v<Action>;
constexpr std::size_t kQueuedKinds = kCommandKinds - 1;  // the last one is the worker's own

// The name on the wire, in the table `commands` and in metrics; of settle, in logs alone.
std::string_view name_of(CommandKind kind);
// Empty for what no kind in the queue is called.
std::optional<CommandKind> parse_command_kind(std::string_view name);

struct Command {
  CommandId id;  // the request's id on the wire; makes the command take effect once
  UserId user;
  EventId event;
  Action action;
  NotificationId notification;  // the row that tells the user how it ended
  Time accepted_at;             // the command's only clock
  std::string request_id;       // of the HTTP request, for the logs

  [[nodiscard]] CommandKind kind() const { return static_cast<CommandKind>(action.index()); }
  // The booking that it makes, or names to be cancelled, changed or confirmed.
  [[nodiscard]] std::optional<BookingId> booking() const;

  bool operator==(const Command&) const = default;
};

// Do two commands of a user ask for the same, whenever and in whatever words they were sent? All is compared but what
// each acceptance makes anew: ids and times.
bool ask_the_same(const Command& a, const Command& b);

}  // namespace ticketd::domain
