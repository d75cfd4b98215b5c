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
    pool().capacity = pool().available = tickets;
    state.max_per_user = max_per_user;
  }

  static constexpr int kOwner = 100;

  // The only one of an event that was made without.
  domain::SeatPool& pool() { return state.pools.front(); }
  [[nodiscard]] const domain::SeatPool& pool() const { return state.pools.front(); }

  domain::Command command(domain::CommandKind kind, int user) {
    domain::Command made;
    made.id = numbered<CommandId>(++made_);
    made.user = numbered<UserId>(user);
    made.event = state.id;
    made.accepted_at = clock.now();
    made.action = action_of(kind, booking_id(made_));
    return made;
  }

  Decided book(int user) { return decided(state, command(domain::CommandKind::book, user)); }
  // So many tickets at once.
  Decided book(int user, int quantity, std::optional<domain::Remainder> accept_fewer = std::nullopt) {
    auto booking = command(domain::CommandKind::book, user);
    std::get<domain::Book>(booking.action).quantity = quantity;
    std::get<domain::Book>(booking.action).accept_fewer = accept_fewer;
    return decided(state, booking);
  }
  Decided cancel(int user, std::optional<BookingId> booking = std::nullopt,
                 std::optional<int> quantity = std::nullopt) {
    auto cancelling = command(domain::CommandKind::cancel, user);
    cancelling.action = domain::Cancel{booking, quantity};
    return decided(state, cancelling);
  }
  Decided change(int user, const domain::UpdateBooking& changes) {
    auto changing = command(domain::CommandKind::update_booking, user);
    changing.action = changes;
    return decided(state, changing);
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

  // Far enough from the next one for the rests of its wish.
  static BookingId booking_id(int number) {
    auto id = numbered<BookingId>(number);
    std::swap(id.uuid.bytes[12], id.uuid.bytes[14]);
    std::swap(id.uuid.bytes[13], id.uuid.bytes[15]);
    return id;
  }

  FixedClock clock;
  domain::EventState state;

 private:
  int made_ = 0;
};

// The user of a booking, as a number.
inline int user_of(const domain::Booking& booking) { return booking.user.uuid.bytes[15]; }

}  // namespace ticketd::tests
