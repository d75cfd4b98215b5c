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
//   4. Nobody is served past an entry that has used up its skips (max_skips): what is free is saved for it.
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

// The most tickets of a booking; more than one can wait for are never free while somebody waits.
constexpr int kQuantityMax = 100;
constexpr int kMaxSkips = 3;  // where the organiser says nothing

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

  int capacity = 0;
  int available = 0;        // free: capacity less what is confirmed
  int waiting_entries = 0;  // of the whole line
  int waiting_tickets = 0;  // that they want
  int max_skips = kMaxSkips;
  // The seqs of those that were served past somebody who still waits, in the order in which they were.
  std::vector<std::int64_t> served_past = {};

  [[nodiscard]] int confirmed() const { return capacity - available; }

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
  // Forgets the loaded part of the line.
  void clear() { line_.clear(); }

  // Serves who has to be served by the rules above. `saves`: rule 4 holds. It ends some hours before the event begins,
  // and from then on skips are no longer counted.
  std::vector<Served> settle(bool saves);

  // How many entries were served past one with that seq.
  [[nodiscard]] int skips_of(std::int64_t seq) const;
  // Is what is free kept for the first of the line? If so, a new booking does not get it.
  [[nodiscard]] bool is_saved(bool saves) const;
  // The loaded part of the line, by seq.
  [[nodiscard]] const std::map<std::int64_t, Entry>& line() const { return line_; }

 private:
  Served serve(std::map<std::int64_t, Entry>::iterator entry);

  std::map<std::int64_t, Entry> line_;
};

}  // namespace ticketd::domain
