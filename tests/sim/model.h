// The rules once more, written to be obviously right instead of fast: one list of bookings in the order in which they
// were accepted, and everything else is counted anew each time it is needed.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/command.h"

namespace ticketd::sim {

// The id of the entry for the rest of a wish, of which this booking got a part.
BookingId plus_one(BookingId booking);
// Of tickets that somebody got: "2 missing 1".
std::string got(int tickets, int missing);

class Model {
 public:
  struct Pool {
    PoolId id = {};
    int capacity = 1;
    int held_back = 0;
    std::optional<int> growing_to = {};
    Time settled_at = {};
    // What it has once all steps of its growth are done.
    [[nodiscard]] int capacity_to_be() const { return growing_to.value_or(capacity); }
    // More than so many can nobody ever get.
    [[nodiscard]] int seats_to_be() const { return capacity_to_be() - held_back; }
  };
  struct Type {
    TicketTypeId id = {};
    PoolId pool = {};
    int position = 0;
    std::optional<int> limit = {};
    std::optional<Time> sales_start = {};
    std::optional<Time> sales_end = {};
    std::optional<int> max_per_booking = {};
    domain::TypeVisibility visibility = domain::TypeVisibility::listed;
    bool archived = false;
  };
  struct Event {
    UserId owner;
    std::vector<Pool> pools = std::vector<Pool>(1);
    std::vector<Type> types = std::vector<Type>(1);  // by their positions, and ids
    int max_per_user = 1;
    int max_per_booking = 100;
    int max_skips = 3;
    int saving_stops_hours = 24;
    int promoted_at_once = 100;
    int hold_minutes = 0;
    int offer_minutes = 0;
    int offer_stops_minutes = 120;
    domain::ConfirmedBy confirmed_by = domain::ConfirmedBy::attendee;
    domain::LineCloses line_closes = domain::LineCloses::end;
    Time starts_at;
    Time ends_at;
    std::optional<Time> sales_start = {};
    std::optional<Time> sales_end = {};
    int edition = 1;
    bool deleted = false;
  };
  struct Row {
    BookingId id;
    UserId user;
    enum class State { confirmed, held, waiting, gone } state;
    PoolId pool = {};
    TicketTypeId type = {};
    int quantity = 1;
    std::optional<domain::Remainder> accept_fewer = {};
    int skips = 0;
    int skips_allowed = 0;  // max_skips when the last of them was counted
    std::optional<Time> held_until = {};
    // Of one that has seats: all numbers that it had once and has no more, and those somebody was admitted with.
    domain::TicketNumbers given_back = {};
    domain::TicketNumbers admitted = {};
    bool operator==(const Row&) const = default;
  };

  explicit Model(Event event) : event_(std::move(event)) {}

  // Carries the command out and says how it ended: an outcome's name, with its reason, place or number of tickets,
  // "rejected limit_reached", "confirmed 2 missing 1", "held 2". What time makes due ends without a word.
  std::string carry_out(const domain::Command& command);

  // What followed from the last command besides, in order: "promoted BOOKING 2 missing 1", "offered BOOKING 2",
  // "organiser_confirmed BOOKING", "hold_expired BOOKING", "never_fits BOOKING", "line_closed", and where that is no
  // news any more "line_closed silently".
  [[nodiscard]] const std::vector<std::string>& followed() const { return followed_; }

  // Somebody is at the door with that ticket. Is he admitted?
  bool admit(BookingId with, int number);

  // What must hold whatever was carried out, and does not; empty if all does.
  [[nodiscard]] std::string broken_rule() const;

  // A rest stands right behind the part that was served.
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
  [[nodiscard]] const std::vector<Pool>& pools() const { return event_.pools; }
  [[nodiscard]] const std::vector<Type>& types() const { return event_.types; }
  // The lowest numbers that were not given back, as many as it has tickets.
  [[nodiscard]] static domain::TicketNumbers tickets_of(const Row& row);
  [[nodiscard]] int capacity() const;  // of all pools
  // Of one pool:
  [[nodiscard]] int taken(PoolId pool) const;  // tickets that are confirmed or held
  [[nodiscard]] int waiting_entries(PoolId pool) const;
  [[nodiscard]] int waiting_tickets(PoolId pool) const;
  // Is what is free kept for somebody?
  [[nodiscard]] bool is_saved(const Pool& pool) const;
  // How many were served past the first of those who wait; nobody was passed more often.
  [[nodiscard]] int skips_of_first(PoolId pool) const;
  // Does somebody wait for more than there will ever be?
  [[nodiscard]] bool has_misfits(const Pool& pool) const;
  // Of one type:
  [[nodiscard]] int live_tickets(TicketTypeId type) const;
  [[nodiscard]] int waiting_tickets(TicketTypeId type) const;
  // Of the rules that it ever needed. 2: bookings of several tickets. 3: held seats, or a line that closes at the
  // start. 4: pools and types of its own, or a sales window.
  [[nodiscard]] int edition() const { return event_.edition; }

 private:
  [[nodiscard]] bool is_over(Time now) const { return now >= event_.ends_at; }
  [[nodiscard]] Time line_ends_at() const;
  [[nodiscard]] bool line_is_over(Time now) const { return now >= line_ends_at(); }
  [[nodiscard]] bool saves(Time now) const;
  // Until when somebody who gets seats now has to be confirmed; empty: he is at once.
  [[nodiscard]] std::optional<Time> deadline(Time now, bool is_direct) const;
  // When a held booking ends, as the event's start is now.
  [[nodiscard]] Time due_at(const Row& held) const;
  // So many are free in the pool.
  [[nodiscard]] int free_seats(PoolId pool) const;
  [[nodiscard]] int waiting_in_all() const;
  [[nodiscard]] int live_tickets_of(UserId user) const;
  // Null if there is none.
  Pool* find_pool(PoolId id);
  [[nodiscard]] const Pool& pool(PoolId id) const;
  [[nodiscard]] const Type* find_type(TicketTypeId id) const;
  // What somebody books who names that type, or none; null if nobody can.
  [[nodiscard]] const Type* bookable(std::optional<TicketTypeId> named) const;
  // Why the type is not sold now; empty if it is.
  [[nodiscard]] std::string not_sold(const Type& type, Time now) const;
  void need_edition(int edition);
  Row* live(UserId user, std::optional<BookingId> named);

  [[nodiscard]] std::string why_not(const domain::Command& command, const domain::Book& wish, const Type* type) const;
  std::string book(const domain::Command& command, const domain::Book& wish);
  std::string cancel(const domain::Command& command, const domain::Cancel& wish);
  static void give_back(Row& row, const domain::TicketNumbers& tickets);
  static void shrink(Row& row, int quantity);
  std::string book_without_line(const domain::Command& command, const domain::Book& wish, const Type& type);
  std::string confirm(const domain::Command& command, const domain::Confirm& wish);
  std::string update_booking(const domain::Command& command, const domain::UpdateBooking& wish);
  std::string update_event(const domain::Command& command, const domain::EventChanges& changes);
  std::string set_pool(const domain::Command& command, const domain::SetPool& wish);
  std::string set_type(const domain::Command& command, const domain::SetTicketType& wish);
  std::string delete_event(const domain::Command& command);
  std::string settle_due(Time now);

  void end_overdue(Time now);
  void set_seats(Pool& pool, int capacity, int held_back);
  void end_misfits(const Pool& pool);
  void close_line(Time now);
  void settle(Time now, std::optional<BookingId> booked = {});
  void settle(Pool& pool, Time now, std::optional<BookingId> booked = {});
  [[nodiscard]] int seats_for(const Row& row) const;
  [[nodiscard]] bool is_saved_from(PoolId pool, std::size_t index) const;
  void count_skips(std::size_t served);
  void serve(std::size_t index, int seats, std::optional<Time> held_until);

  Event event_;
  std::vector<Row> rows_;
  std::vector<std::string> followed_;
};

}  // namespace ticketd::sim
