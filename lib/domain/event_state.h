// An event as the booking rules see it: its counters, the live bookings of the people concerned, and its waiting list.
//
// The worker loads only the part that a batch of commands needs: what each user in it holds, as sums; of who cancels,
// the bookings that this could be about (newest_needed); and of the waiting list those whom the batch could serve or
// pass (line_needed). A state that holds everything is a special case. The rules never look beyond the part, and decide
// on it as on the whole: the simulation shows it.
#pragma once
#include <algorithm>
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
#include "domain/seat_pool.h"

namespace ticketd::domain {

// held: it has its seats until a deadline, and keeps them if somebody says yes before.
enum class BookingState { confirmed, held, waitlisted, cancelled, rejected };
constexpr std::size_t kBookingStates = 5;
std::string_view name_of(BookingState state);
std::optional<BookingState> parse_booking_state(std::string_view name);
// It has seats, or waits for them, and counts against the limit per user.
constexpr bool is_live(BookingState state) { return state <= BookingState::waitlisted; }

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

// The rules change over the years. An event whose rows an earlier release cannot decide about has a higher edition, and
// the database keeps such a release from changing it (migrations/0022_several_tickets.sql). 2: a booking of several
// tickets. 3: it holds seats, or its line closes when it starts. 4: it has pools and ticket types of its own, or a
// sales window. 5: somebody was admitted to it; its row says so in `admits`, not in `edition`.
constexpr int kEdition = 5;
constexpr int kEditionOfPools = 4;

struct Booking {
  BookingId id;
  UserId user;
  BookingState state = BookingState::confirmed;
  // Order of acceptance within the event: the waiting list goes by it, and "newest" is the highest.
  std::int64_t seq = 0;
  // 1 to kSlots, unique among the user's live bookings of the event: so an index refuses a double booking.
  int slot = 0;
  int quantity = 1;  // tickets, 1 to kQuantityMax
  // While it waits: whether it takes fewer, and what becomes of the rest then.
  std::optional<Remainder> accept_fewer = {};
  // While it is held: until then, or until the event starts.
  std::optional<Time> held_until = {};
  PoolId pool = {};
  TicketTypeId type = {};
  // Numbers below its highest ticket's; of one that has seats.
  TicketNumbers given_back = {};
};
TicketNumbers numbers_of(const Booking& booking);

// What a user holds of an event.
struct Holding {
  int live = 0;                        // tickets, and those that are waited for
  int waiting = 0;                     // of these
  std::bitset<kSlots + 1> slots = {};  // that rows of bookings have which are live, or were a moment ago
};

class EventState : public EventRules {
 public:
  EventId id;
  UserId owner;
  std::string title;
  std::string location;  // known where a command of the batch would change it
  EventStatus status = EventStatus::open;
  Time starts_at;
  Time ends_at;
  // By their position, at least one. An event that was made without has one of each, which are called nothing and have
  // the event's id.
  std::vector<SeatPool> pools = std::vector<SeatPool>(1);
  std::vector<TicketType> types = std::vector<TicketType>(1);
  int promoted_at_once = kPromotedAtOnce;
  std::int64_t next_seq = 1;
  int edition = 1;      // of the rules that are needed to decide about it, see kEdition
  bool admits = false;  // somebody was admitted with a ticket of it
  // Entries of the waiting list with a lower seq ended when the line closed, whatever their rows say yet.
  std::int64_t line_closed_before = 0;
  // Nobody knows any more who came, so that it cannot take place again (storage/retention.h).
  bool is_forgotten = false;

  // Of a pool or a type that there is.
  [[nodiscard]] SeatPool& pool(PoolId which);
  [[nodiscard]] const SeatPool& pool(PoolId which) const;
  [[nodiscard]] TicketType& type(TicketTypeId which);
  // Null if it has none.
  [[nodiscard]] const SeatPool* find_pool(PoolId which) const;
  [[nodiscard]] const TicketType* find_type(TicketTypeId which) const;
  // What somebody books who names that type, or none; null if nobody can.
  [[nodiscard]] const TicketType* bookable(std::optional<TicketTypeId> named) const;
  // Of all pools:
  [[nodiscard]] int waiting_entries() const;
  [[nodiscard]] int seats_to_be() const;
  // Anything left to do in later steps?
  [[nodiscard]] bool goes_on() const;
  // A moment at which seats are saved for those whom others passed.
  [[nodiscard]] bool saves(Time now) const { return now < starts_at - std::chrono::hours(saving_stops_hours); }
  // A moment at which it is over: then nothing moves any more.
  [[nodiscard]] bool is_over(Time now) const { return now >= ends_at; }
  // From then on nobody waits for seats any more. Where they are offered that is when the event starts.
  [[nodiscard]] Time line_ends_at() const {
    return line_closes == LineCloses::start || offer_minutes > 0 ? starts_at : ends_at;
  }
  [[nodiscard]] bool line_is_over(Time now) const { return now >= line_ends_at(); }
  // Whose seats are not confirmed by then loses them.
  [[nodiscard]] Time deadline_of(const Booking& booking) const {
    return std::min(booking.held_until.value_or(starts_at), starts_at);
  }

  // A live booking that nobody has counted yet: a new one. One that is there already is left as it is.
  void add(const Booking& booking);
  // What the user holds of the event, as sums, whether it is in the loaded part or not.
  void hold(UserId user, const Holding& holding);
  // Loads a live booking that hold() has counted, or of a user whose sums nobody needs. One that is there already is
  // left as it is.
  void load(const Booking& booking);
  // Takes a booking out of the loaded part: it is no longer live. A seat that it had is free.
  void remove(BookingId booking);
  // Somebody was admitted with these tickets of a loaded booking.
  void admit(BookingId with, const TicketNumbers& tickets) { admitted_[with] |= tickets; }
  [[nodiscard]] TicketNumbers admitted_with(BookingId booking) const;
  // A live booking has no longer these of its tickets, but others; seats that it gives back are free.
  void give_back(BookingId of, const TicketNumbers& tickets);
  // A waiting booking takes fewer from now on, or does not.
  void set_accept_fewer(BookingId of, std::optional<Remainder> accept_fewer);
  // Gives a booking its seats: it is confirmed, or held if the event holds seats for whoever books.
  void seat_new(Booking& booking, Time now) const;
  // What is held is confirmed.
  void confirm(BookingId held);
  // Those of the loaded part that were not confirmed in time, by their deadlines.
  [[nodiscard]] std::vector<Booking> overdue(Time now) const;
  // Settles each pool. Gives back who was served: as they are now, what is missing of their wishes, and the bookings
  // that wait for the rest. `booked`: the one that the command makes, if it makes one; it is no offer to the line.
  struct Served {
    Booking booking;
    int missing = 0;
    std::optional<Booking> rest = {};
  };
  std::vector<Served> settle(Time now, std::optional<BookingId> booked = {});
  // From now on its pools and types are its own, whatever becomes of them, and no earlier release decides about it.
  void own_pools();
  // Takes those out who wait for more than the pool will ever have, so many at once. Gives them back.
  std::vector<Booking> end_misfits(SeatPool& pool);
  // Nobody waits any more. The rows say so later: their slots are not free yet.
  void close_line();
  // No booking is live any more.
  void cancel_all();

  [[nodiscard]] const Booking* find(BookingId booking) const;
  // The user's live booking with the highest seq, null if there is none in the loaded part.
  [[nodiscard]] const Booking* newest_of(UserId user) const;
  // The lowest slot that none of the user's bookings has; 0 if so many more tickets would be more than max_per_user.
  [[nodiscard]] int free_slot(UserId user, int quantity = 1) const;
  // The most tickets that a loaded booking of the user has; 1 if there is none.
  [[nodiscard]] int largest_of(UserId user) const;
  [[nodiscard]] std::vector<BookingId> live() const;
  // Forgets the loaded part.
  void clear();

 private:
  struct User {
    Holding holding;
    std::vector<BookingId> loaded;
  };
  bool insert(const Booking& booking);
  void settle(SeatPool& pool, Time now, std::optional<BookingId> booked, std::vector<Served>& all);
  // So many more of such a booking's tickets are live, or fewer.
  void count(const Booking& booking, int tickets);
  static void seat(Booking& booking, std::optional<Time> held_until);
  // Until when seats are held that somebody gets now; empty: they are confirmed at once.
  [[nodiscard]] std::optional<Time> hold_until(Time now) const;
  [[nodiscard]] std::optional<Time> offer_until(Time now) const;
  [[nodiscard]] static int lowest_free(const Holding& holding);

  std::unordered_map<BookingId, Booking> bookings_;
  std::unordered_map<UserId, User> users_;
  std::unordered_map<BookingId, TicketNumbers> admitted_;
};

// How many of a user's bookings his cancels in a batch could be about, besides those that they name: so many of the
// newest of all, and so many of the newest confirmed ones, for those that wait may all end within the batch.
int newest_needed(UserId user, std::span<const Command* const> commands);

// Which part of a pool's waiting list a batch of commands for one event can touch: the part that has to be loaded.
// `state` has the bookings already that the commands could cancel.
struct LineNeeded {
  int seats = 0;  // that the batch could hand out at most, those that are free now with them
  // So many from the head: those who may be passed, and whoever is first after them.
  int head = 0;
  // Of those who want n seats, or accept n = 1, the first ones: so many.
  [[nodiscard]] int of_wish(int n) const { return seats / n + gone; }
  int gone = 0;  // entries that the batch could take out
  // Those who want more than so many may have to end: of each number the first ones, as many as may go.
  std::vector<int> misfits_above = {};
};
LineNeeded line_needed(const EventState& state, const SeatPool& pool, std::span<const Command* const> commands);

}  // namespace ticketd::domain
