// An event as the booking rules see it: its counters, the live bookings of the people concerned, and its waiting list.
//
// The worker loads only the part that a batch of commands needs: the live bookings of the people in the batch, and the
// head of the waiting list, as many as the batch could promote at most (seats_freed_at_most). A state that holds
// everything is the special case that the simulation uses. The rules never look beyond the part.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "domain/command.h"

namespace ticketd::domain {

enum class BookingState { confirmed, waitlisted, cancelled, rejected };
constexpr std::size_t kBookingStates = 4;
std::string_view name_of(BookingState state);
std::optional<BookingState> parse_booking_state(std::string_view name);

// cancelled: deleted before its end, and its bookings with it. removed: deleted after its end; its bookings stay as
// they were, for its guests were there.
enum class EventStatus { open, cancelled, removed };
constexpr std::size_t kEventStatuses = 3;
// The words of the column events.state.
std::string_view name_of(EventStatus status);
// What it does not know is cancelled: a later release's word, and nothing to book.
EventStatus parse_event_status(std::string_view name);

// Of a user's live bookings of an event.
constexpr int kSlots = 100;

struct Booking {
  BookingId id;
  UserId user;
  BookingState state = BookingState::confirmed;
  // Order of acceptance within the event: the waiting list goes by it, and "newest" is the highest.
  std::int64_t seq = 0;
  // 1 to kSlots, unique among the user's live bookings of the event: so an index refuses a double booking.
  int slot = 0;
};

class EventState {
 public:
  EventId id;
  UserId owner;
  std::string title;
  std::string location;  // known where a command of the batch would change it
  EventStatus status = EventStatus::open;
  Time starts_at;
  Time ends_at;
  int total_tickets = 0;
  int available_tickets = 0;
  int waiting_count = 0;
  int max_per_user = 1;
  std::int64_t next_seq = 1;
  // Entries of the waiting list with a lower seq ended when the line closed, whatever their rows say yet.
  std::int64_t line_closed_before = 0;

  [[nodiscard]] int confirmed() const { return total_tickets - available_tickets; }
  // A moment at which it is over: then nothing moves any more.
  [[nodiscard]] bool is_over(Time now) const { return now >= ends_at; }

  // Adds a live booking (confirmed or waitlisted) to the loaded part. One that is there already is left as it is.
  void add(const Booking& booking);
  // Keeps a slot from being given again: a booking of the user has it in its row, though it is live no more.
  void keep_slot(UserId user, int slot);
  // Takes a booking out of the loaded part: it is no longer live.
  void remove(BookingId booking);
  // The first of the waiting list becomes confirmed. Null if no one is waiting in the loaded part.
  const Booking* promote_first();
  // Nobody waits any more. Rows say so later: the slots are kept.
  void close_line();

  [[nodiscard]] const Booking* find(BookingId booking) const;
  // The user's live booking with the highest seq, null if there is none.
  [[nodiscard]] const Booking* newest_of(UserId user) const;
  // The lowest slot that none of the user's live bookings has, and that is not kept; 0 if the user holds max_per_user
  // of them already.
  [[nodiscard]] int free_slot(UserId user) const;
  [[nodiscard]] std::vector<BookingId> live() const;
  void clear();

 private:
  std::unordered_map<BookingId, Booking> bookings_;
  std::unordered_map<UserId, std::vector<BookingId>> of_user_;
  std::map<std::int64_t, BookingId> waiting_list_;
  std::unordered_map<UserId, std::vector<int>> kept_slots_;
};

// How many of the waiting list a batch of commands for one event can promote at most: the part that has to be loaded.
int seats_freed_at_most(const EventState& state, std::span<const Command* const> commands);

}  // namespace ticketd::domain
