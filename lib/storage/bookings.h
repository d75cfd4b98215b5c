// Bookings and requests, as the people they belong to read them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "domain/event_state.h"
#include "postgres/database.h"
#include "storage/cursor.h"

namespace ticketd::storage {

struct BookingDetails {
  BookingId id;
  EventId event;
  UserId user;
  domain::BookingState state = domain::BookingState::confirmed;
  std::optional<std::string> reason;
  int quantity = 1;  // tickets
  PoolId pool;
  TicketTypeId type;
  std::optional<std::string> type_name;
  std::optional<std::string> price_label;
  std::optional<Time> expires_at;                                    // while held: unless somebody says yes before
  domain::ConfirmedBy confirmed_by = domain::ConfirmedBy::attendee;  // whose yes that is
  // Only while waitlisted:
  std::optional<domain::Remainder> accept_fewer;  // as domain::Book has it
  std::optional<int> place;                       // in the waiting list, from 1
  std::optional<int> tickets_ahead;               // that the entries before it want
  std::optional<int> skips_left;                  // so many may still be served past it
  Time created_at;
  Time updated_at;
  std::optional<Time> promoted_at;
  std::optional<Time> cancelled_at;
  std::string event_title;
  std::string event_location;
  domain::EventStatus event_status = domain::EventStatus::open;
  Time event_starts_at;
  Time event_ends_at;
  Time event_updated_at;
};

struct BookingFilter {
  std::optional<domain::BookingState> state;
  std::optional<EventId> event;
  std::optional<Cursor> after;
  int limit = 20;
};

// A user's bookings, newest first, in the states that they are in at `now`. Their events' locations as list_events()
// has them.
std::vector<BookingDetails> list_bookings(pqxx::transaction_base& tx, UserId user, const BookingFilter& filter,
                                          Time now);

// Empty if there is none, or it is somebody else's and `user` is no admin.
std::optional<BookingDetails> find_booking(pqxx::transaction_base& tx, BookingId id, UserId user, Time now);

// The same of whomever it is, if it is one of the event: for its organiser.
std::optional<BookingDetails> find_booking_of(pqxx::transaction_base& tx, EventId event, BookingId id, Time now);

// A command that has been decided.
struct CommandOutcome {
  CommandId id;
  std::string kind;
  std::string state;  // done, failed
  std::string outcome;
  std::optional<std::string> reason;
  std::optional<BookingId> booking;
  EventId event;
};
// Empty as above.
std::optional<CommandOutcome> find_command_outcome(pqxx::transaction_base& tx, CommandId id, UserId user);

// The command by which a booking was asked for, which was accepted at the booking's `created_at`. Empty if it is not
// there.
std::optional<CommandId> find_booking_command(pqxx::transaction_base& tx, BookingId booking, Time created_at);

}  // namespace ticketd::storage
