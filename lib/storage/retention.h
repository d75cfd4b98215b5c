// Forgetting who came to an event, some time after its end: its bookings go, what people were told about it, with the
// mails, and what they had asked for. The event stays, with its numbers; it cannot be moved any more (domain/decide.h).
//
// All of it in pieces, each a transaction. An event is marked in one of its own before its first piece: from then on
// nobody compares its numbers with what is left of its bookings (verify/), nothing is decided about its people, and a
// piece holds up nobody who waits for the event.
#pragma once
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"

namespace ticketd::storage {

struct ForgottenRows {
  std::int64_t events = 0;  // of these, all that there was
  std::int64_t bookings = 0;
  std::int64_t notifications = 0;
  std::int64_t commands = 0;
};

// How many events ended before that, and have people yet.
std::int64_t count_events_to_forget(pqxx::transaction_base& tx, Time before);

// Where to go on among them, which are ordered by their end.
struct ForgettingCursor {
  std::string end = "-infinity";
  EventId event;
};
struct EventsToForget {
  std::vector<EventId> events;
  ForgettingCursor last;
};
// Marks the next `most` events behind the cursor that ended before that, and are not in the middle of a change: empty
// if there are no more.
EventsToForget mark_events_to_forget(pqxx::work& tx, const ForgettingCursor& after, Time before, int most, Time now);

// A piece of `most` bookings of marked events. Fewer were deleted: there are none left, and the events are forgotten.
ForgottenRows forget_piece(pqxx::work& tx, const std::vector<EventId>& events, int most);

// What people had asked for of forgotten events, and of such as never were, and what they were told about it: looks
// through the next `most` commands of before that time, behind `after`. Gives back the last of them, empty after the
// last of all. Commands whose dead letters wait for an operator stay.
struct ForgottenCommands {
  ForgottenRows rows;
  std::optional<CommandId> last;
};
ForgottenCommands forget_commands(pqxx::work& tx, CommandId after, Time before, int most);

// Keeps others from doing all this at the same time, for as long as the session lives. False: somebody else does.
bool lock_forgetting(pqxx::transaction_base& tx);

}  // namespace ticketd::storage
