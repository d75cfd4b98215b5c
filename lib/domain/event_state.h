// An event as the booking rules see it: its counters, the live bookings of the people concerned, and its waiting list.
//
// The worker loads only the part that a batch of commands needs: what each user in it holds, as sums; of who cancels,
// the bookings that this could be about (newest_needed); and the head of the waiting list, as many as the batch
// could promote at most (seats_freed_at_most). A state that holds everything is a special case. The rules never look
// beyond the part, and decide on it as on the whole: the simulation shows it.
#pragma once
#include <bitset>
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

// How many of those who wait get seats in one decision. All of a long waiting list would hold up every other event of
// the worker for as long as it takes to write them.
constexpr int kPromotedAtOnce = 2'000;

struct Booking {
  BookingId id;
  UserId user;
  BookingState state = BookingState::confirmed;
  // Order of acceptance within the event: the waiting list goes by it, and "newest" is the highest.
  std::int64_t seq = 0;
  // 1 to kSlots, unique among the user's live bookings of the event: so an index refuses a double booking.
  int slot = 0;
};

// What a user holds of an event.
struct Holding {
  int live = 0;
  int waiting = 0;                     // of the live ones
  std::bitset<kSlots + 1> slots = {};  // that rows of bookings have which are live, or were a moment ago
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
  // What total_tickets becomes once those who wait have got their seats: it grows in steps.
  std::optional<int> growing_to = {};
  int promoted_at_once = kPromotedAtOnce;
  int available_tickets = 0;
  int waiting_count = 0;
  int max_per_user = 1;
  std::int64_t next_seq = 1;
  // Entries of the waiting list with a lower seq ended when the line closed, whatever their rows say yet.
  std::int64_t line_closed_before = 0;

  [[nodiscard]] int confirmed() const { return total_tickets - available_tickets; }
  // A moment at which it is over: then nothing moves any more.
  [[nodiscard]] bool is_over(Time now) const { return now >= ends_at; }

  // A live booking (confirmed or waitlisted) that nobody has counted yet: a new one. One that is there already is left
  // as it is.
  void add(const Booking& booking);
  // What the user holds of the event, as sums, whether it is in the loaded part or not.
  void hold(UserId user, const Holding& holding);
  // Loads a live booking that hold() has counted, or of a user whose sums nobody needs. One that is there already is
  // left as it is.
  void load(const Booking& booking);
  // Takes a booking out of the loaded part: it is no longer live.
  void remove(BookingId booking);
  // The first of the waiting list becomes confirmed. Null if no one is waiting in the loaded part.
  const Booking* promote_first();
  // The event has so many seats, or will have: with many waiting for them the others come in later steps. No less than
  // confirmed().
  void set_total(int total);
  // Nobody waits any more. The rows say so later: their slots are not free yet.
  void close_line();

  [[nodiscard]] const Booking* find(BookingId booking) const;
  // The user's live booking with the highest seq, null if there is none in the loaded part.
  [[nodiscard]] const Booking* newest_of(UserId user) const;
  // The lowest slot that none of the user's bookings has; 0 if the user holds max_per_user live ones already.
  [[nodiscard]] int free_slot(UserId user) const;
  [[nodiscard]] std::vector<BookingId> live() const;
  void clear();

 private:
  struct User {
    Holding holding;
    std::vector<BookingId> loaded;
  };
  bool insert(const Booking& booking);

  std::unordered_map<BookingId, Booking> bookings_;
  std::unordered_map<UserId, User> users_;
  std::map<std::int64_t, BookingId> waiting_list_;
};

// How many of a user's bookings his cancels in a batch could be about, besides those that they name: so many of the
// newest of all, and so many of the newest confirmed ones, for those that wait may all end within the batch.
int newest_needed(UserId user, std::span<const Command* const> commands);

// How many of the waiting list a batch of commands for one event can promote at most: the part that has to be loaded.
int seats_freed_at_most(const EventState& state, std::span<const Command* const> commands);

}  // namespace ticketd::domain
