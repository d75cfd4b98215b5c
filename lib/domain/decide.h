// The booking rules. Everything that ticketd promises about seats and the line is decided here, without I/O.
//
//   book     over, cancelled or at the limit per person -> rejected; a free seat -> confirmed; else -> waitlisted
//   cancel   nothing live -> nothing_to_cancel; a confirmed booking frees its seat, a waiting one leaves the line
//   update   capacity below what is confirmed, or an end before the start -> refused; else changed
//   delete   every live booking is cancelled, the event takes no more
//
// Whatever frees a seat gives it to the first of the line in the same decision, so that afterwards there is never
// a free seat with somebody waiting.
#pragma once
#include <optional>
#include <vector>

#include "domain/event_state.h"

namespace ticketd::domain {

enum class Outcome { confirmed, waitlisted, rejected, cancelled, nothing_to_cancel, updated, deleted };
std::string_view name_of(Outcome outcome);

enum class Reason {
  limit_reached,
  event_over,
  event_cancelled,
  event_not_found,
  not_event_owner,
  capacity_below_confirmed,
  ends_before_start
};
std::string_view name_of(Reason reason);

// A booking as it is after the decision.
struct BookingChange {
  enum class Kind { added, promoted, cancelled };
  Kind kind;
  Booking booking;
};

struct Decision {
  Outcome outcome = Outcome::rejected;
  std::optional<Reason> reason;      // with rejected
  std::optional<BookingId> booking;  // that was made or cancelled
  int place = 0;                     // in the line, from 1; with waitlisted
  std::vector<BookingChange> changes;
  // The event was deleted: every live booking of it is cancelled, whether it is in the loaded part or not.
  bool cancels_all = false;
};

// Applies one command to the event and says how it ended. `state` is left untouched by a refusal. The command's
// accepted_at is the time that counts for "over". For a command on an event that does not exist, ask no_such_event().
Decision decide(EventState& state, const Command& command);

Decision no_such_event(const Command& command);

}  // namespace ticketd::domain
