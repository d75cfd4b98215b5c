// One event with its people, and short ways to put commands to the booking rules.
#pragma once
#include "support/decided.h"
#include "support/fakes.h"

namespace ticketd::tests {

// Users are numbers from 1; the owner is number 100. The event is a whole one: every live booking is loaded.
class EventOnTrial {
 public:
  explicit EventOnTrial(int tickets, int max_per_user = 1) {
    state.id = numbered<EventId>(1);
    state.owner = numbered<UserId>(kOwner);
    state.title = "Jazz";
    state.starts_at = clock.now() + std::chrono::hours(1);
    state.ends_at = clock.now() + std::chrono::hours(3);
    state.total_tickets = state.available_tickets = tickets;
    state.max_per_user = max_per_user;
  }

  static constexpr int kOwner = 100;

  domain::Command command(domain::CommandKind kind, int user) {
    domain::Command made;
    made.id = numbered<CommandId>(++made_);
    made.user = numbered<UserId>(user);
    made.event = state.id;
    made.accepted_at = clock.now();
    made.action = action_of(kind, numbered<BookingId>(made_));
    return made;
  }

  Decided book(int user) { return decided(state, command(domain::CommandKind::book, user)); }
  Decided cancel(int user, std::optional<BookingId> booking = std::nullopt) {
    auto cancelling = command(domain::CommandKind::cancel, user);
    cancelling.action = domain::Cancel{booking};
    return decided(state, cancelling);
  }
  Decided update(const domain::EventChanges& changes, int user = kOwner) {
    auto updating = command(domain::CommandKind::update_event, user);
    updating.action = domain::UpdateEvent{changes};
    return decided(state, updating);
  }
  Decided resize(int tickets) {
    domain::EventChanges changes;
    changes.total_tickets = tickets;
    return update(changes);
  }
  // Empty if it was not due.
  std::vector<domain::Fact> settle() { return domain::decide(state, command(domain::CommandKind::settle, 0)); }
  Decided remove(int user = kOwner) { return decided(state, command(domain::CommandKind::delete_event, user)); }

  FixedClock clock;
  domain::EventState state;

 private:
  int made_ = 0;
};

// The user of a booking, as a number.
inline int user_of(const domain::Booking& booking) { return booking.user.uuid.bytes[15]; }

}  // namespace ticketd::tests
