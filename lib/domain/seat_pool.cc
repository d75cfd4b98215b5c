#include "domain/seat_pool.h"

#include <algorithm>

namespace ticketd::domain {

BookingId rest_of(BookingId booking) {
  auto& bytes = booking.uuid.bytes;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    if (++*byte != 0) break;
  }
  return booking;
}

void SeatPool::join(std::int64_t seq, const Entry& entry) {
  if (!line_.emplace(seq, entry).second) return;
  ++waiting_entries;
  waiting_tickets += entry.quantity;
}

void SeatPool::load(std::int64_t seq, const Entry& entry) { line_.emplace(seq, entry); }

void SeatPool::leave(std::int64_t seq) {
  const auto found = line_.find(seq);
  if (found == line_.end()) return;
  --waiting_entries;
  waiting_tickets -= found->second.quantity;
  line_.erase(found);
}

void SeatPool::change(std::int64_t seq, const Entry& entry) {
  auto& now = line_.at(seq);
  waiting_tickets -= now.quantity - entry.quantity;
  now = entry;
}

void SeatPool::close() {
  line_.clear();
  served_past.clear();
  waiting_entries = waiting_tickets = 0;
  has_misfits = saved = false;
}

SeatPool::Served SeatPool::serve(std::map<std::int64_t, Entry>::iterator entry) {
  const auto seq = entry->first;
  const auto wish = entry->second;
  Served served{seq, wish.booking, std::min(wish.quantity, available), 0, {}};
  served.missing = wish.quantity - served.seats;
  available -= served.seats;
  leave(seq);
  if (served.missing > 0 && wish.accept_fewer == Remainder::keep) {
    served.rest = Entry{rest_of(wish.booking), served.missing, wish.accept_fewer};
    join(seq + 1, *served.rest);
  }
  return served;
}

void SeatPool::empty() {
  close();
  held_back = 0;
  available = capacity;
}

void SeatPool::set_seats(int wanted_capacity, int wanted_held_back, int at_once) {
  growing_to.reset();
  int more = (wanted_capacity - wanted_held_back) - (capacity - held_back);
  if (more > at_once && waiting_entries > at_once) {
    growing_to = wanted_capacity;
    wanted_capacity -= more - at_once;
    more = at_once;
  }
  capacity = wanted_capacity;
  held_back = wanted_held_back;
  available += more;
}

void SeatPool::grow(int at_once) {
  if (growing_to) set_seats(*growing_to, held_back, at_once);
}

std::vector<SeatPool::Entry> SeatPool::find_misfits(int at_once) {
  std::vector<Entry> ended;
  has_misfits = false;
  if (largest_wish() >= kQuantityMax) return ended;
  for (const auto& [seq, entry] : line_) {
    if (entry.quantity <= largest_wish()) continue;
    has_misfits = static_cast<int>(ended.size()) == at_once;
    if (has_misfits) break;
    ended.push_back(entry);
  }
  return ended;
}

std::vector<SeatPool::Served> SeatPool::settle(MaxSkips max_skips) {
  std::vector<Served> all;
  for (auto entry = line_.begin(); entry != line_.end() && available > 0;) {
    const auto here = entry++;
    if (here->second.quantity > available && !here->second.accept_fewer) continue;
    const auto first = line_.begin()->first;
    if (max_skips && here->first != first) {
      if (skips_of(first) >= *max_skips) break;
      served_past.push_back(here->first);
    }
    all.push_back(serve(here));
  }
  // What was served before all who still wait counts on nobody.
  if (waiting_entries == 0) served_past.clear();
  if (!line_.empty()) std::erase_if(served_past, [&](auto seq) { return seq < line_.begin()->first; });
  saved = max_skips && available > 0 && !line_.empty() && skips_of(line_.begin()->first) >= *max_skips;
  return all;
}

int SeatPool::skips_of(std::int64_t seq) const {
  return static_cast<int>(
      std::count_if(served_past.begin(), served_past.end(), [&](auto other) { return other > seq; }));
}

}  // namespace ticketd::domain
