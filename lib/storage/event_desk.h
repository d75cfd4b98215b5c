// Events and who booked them, as an operator sees them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"
#include "storage/events.h"

namespace ticketd::storage {

// Those whose title or location contains `part`, or all, in every state, the newest first.
std::vector<Event> list_events_with(pqxx::transaction_base& tx, const std::string& part, int limit);

// A user's own that are open and not over yet, oldest first.
std::vector<Event> list_open_events_of(pqxx::transaction_base& tx, UserId owner, Time now);

// Those that people asked most of lately: of the last `commands` that were decided, the first `limit` events by how
// many were about them, whatever their state. Reads no more than so many rows.
std::vector<Event> list_busy_events(pqxx::transaction_base& tx, int commands, int limit);

// Another organiser. What the one before has in the queue about the event is refused from now on.
void update_owner(pqxx::transaction_base& tx, EventId event, UserId owner, Time now);

struct EventBooking {
  BookingId id;
  PoolId pool;  // whose seats it has or waits for; by the event's id where it has one pool
  std::optional<std::string> pool_name;
  UserId user;
  std::string email;
  std::string state;
  int quantity = 1;                   // tickets
  std::optional<std::string> reason;  // why it was rejected, or ended
  std::optional<Time> expires_at;     // while held
  Time created_at;
  std::optional<Time> promoted_at;
  std::optional<Time> cancelled_at;
};
// In the order of acceptance, rejected ones last; in one state, or in all. With `waitlisted` the first one of a pool is
// the next to get a seat of it.
std::vector<EventBooking> list_event_bookings(pqxx::transaction_base& tx, EventId event,
                                              const std::optional<std::string>& state, int limit);

std::int64_t count_event_bookings(pqxx::transaction_base& tx, EventId event, const std::optional<std::string>& state);

}  // namespace ticketd::storage
