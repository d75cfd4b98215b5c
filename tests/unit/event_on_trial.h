// One event with its people, and short ways to put commands to the booking rules.
#pragma once
#include "domain/decide.h"
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
    made.kind = kind;
    made.user = numbered<UserId>(user);
    made.event = state.id;
    made.accepted_at = clock.now();
    if (kind == domain::CommandKind::book) made.booking = numbered<BookingId>(made_);
    return made;
  }

  domain::Decision book(int user) { return decide(state, command(domain::CommandKind::book, user)); }
  domain::Decision cancel(int user, std::optional<BookingId> booking = std::nullopt) {
    auto cancelling = command(domain::CommandKind::cancel, user);
    cancelling.booking = booking;
    return decide(state, cancelling);
  }
  domain::Decision update(const domain::EventChanges& changes, int user = kOwner) {
    auto updating = command(domain::CommandKind::update_event, user);
    updating.changes = changes;
    return decide(state, updating);
  }
  domain::Decision resize(int tickets) {
    domain::EventChanges changes;
    changes.total_tickets = tickets;
    return update(changes);
  }
  domain::Decision remove(int user = kOwner) { return decide(state, command(domain::CommandKind::delete_event, user)); }

  FixedClock clock;
  domain::EventState state;

 private:
  int made_ = 0;
};

// The user of a change, as a number.
inline int user_of(const domain::BookingChange& change) { return change.booking.user.uuid.bytes[15]; }

}  // namespace ticketd::tests
