// A number of seats, and the one waiting list for them.
//
// The entries of the waiting list stand in the order of acceptance; each wants so many seats at once. The pool is
// settled when going through the line from its head would serve nobody:
//
//   1. An entry that fits what is free is served.
//   2. One that does not fit, but accepts fewer, is served what there is. The rest of its wish keeps its place as an
//      entry of its own, or ends.
//   3. Any other is passed, and those behind it have their turn. Whoever is served from behind counts one skip on each
//      entry that he passed.
//   4. Nobody is served past an entry that has used up its skips: what is free is saved for it.
//
// Skips are not counted for each entry, for a line may be long. What counts on an entry are those that were served from
// behind it while it waited, and these are all that were served with a higher seq. So one list of such seqs is enough
// for all entries, the first of the line has the most skips, and the list is as long as max_skips at most.
//
// Like all of an event, the line may be loaded in part (event_state.h); counters and skips are always of the whole.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/uuid.h"
#include "domain/command.h"

namespace ticketd::domain {

// How many of those who wait get seats in one decision. All of a long waiting list would hold up every other event of
// the worker for as long as it takes to write them.
constexpr int kPromotedAtOnce = 2'000;

// The id of the entry for the rest of a wish, when a part of it is served: known without asking anybody for randomness.
BookingId rest_of(BookingId booking);

class SeatPool {
 public:
  struct Entry {
    BookingId booking;
    int quantity = 1;
    std::optional<Remainder> accept_fewer = {};
  };
  struct Served {
    std::int64_t seq = 0;
    BookingId booking;
    int seats = 0;
    int missing = 0;            // of its wish
    std::optional<Entry> rest;  // waits on, at `seq` + 1
  };
  // How often somebody may be passed; empty when nothing is saved for anybody: that ends some hours before the event
  // begins, and from then on skips are no longer counted.
  using MaxSkips = std::optional<int>;

  PoolId id;  // of the only one of an event that was made without pools: the event's
  int capacity = 0;
  int held_back = 0;        // of these, which nobody gets
  int available = 0;        // free: capacity less what is held back and what is taken
  int waiting_entries = 0;  // of the whole line
  int waiting_tickets = 0;  // that they want
  // What its capacity becomes once those who wait have got their seats: it grows in steps.
  std::optional<int> growing_to = {};
  // Some wait for more than there will ever be, and are ended in later steps.
  bool has_misfits = false;
  // What is available is kept for the first of the line: a new booking does not get it.
  bool saved = false;
  // The seqs of those that were served past somebody who still waits, in the order in which they were.
  std::vector<std::int64_t> served_past = {};

  [[nodiscard]] int taken() const { return capacity - held_back - available; }
  // What it has in the end, or has already.
  [[nodiscard]] int capacity_to_be() const { return growing_to.value_or(capacity); }
  // The largest booking that can ever be served.
  [[nodiscard]] int largest_wish() const { return capacity_to_be() - held_back; }

  // A new entry at the end of the line. An entry of n seats has the seqs from its own to seq + n - 1: each part of it
  // that is served leaves the rest one further.
  void join(std::int64_t seq, const Entry& entry);
  // An entry that is counted already. One that is there already is left as it is.
  void load(std::int64_t seq, const Entry& entry);
  // It no longer waits.
  void leave(std::int64_t seq);
  // An entry that is loaded wants no more than before, or other terms; it keeps its place.
  void change(std::int64_t seq, const Entry& entry);
  // Nobody waits any more.
  void close();
  // No seat is taken or held back any more, and nobody waits.
  void empty();
  // Forgets the loaded part of the line.
  void clear() { line_.clear(); }

  // It has so many seats, or will have: where more than `at_once` become free and as many wait, the others come in
  // later steps. What it has less what is held back is no less than what is taken.
  void set_seats(int wanted_capacity, int wanted_held_back, int at_once);
  // The next step of growing, if it does.
  void grow(int at_once);
  // Those of the loaded part who wait for more than there will ever be, `at_once` of them at most. They leave() the
  // line next.
  std::vector<Entry> find_misfits(int at_once);

  // Serves who has to be served by the rules above.
  std::vector<Served> settle(MaxSkips max_skips);

  // How many entries were served past one with that seq.
  [[nodiscard]] int skips_of(std::int64_t seq) const;
  // The loaded part of the line, by seq.
  [[nodiscard]] const std::map<std::int64_t, Entry>& line() const { return line_; }

 private:
  Served serve(std::map<std::int64_t, Entry>::iterator entry);

  std::map<std::int64_t, Entry> line_;
};

}  // namespace ticketd::domain
