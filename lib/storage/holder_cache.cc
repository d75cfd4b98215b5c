#include "storage/holder_cache.h"

namespace ticketd::storage {
namespace {

// Bookings of all who are remembered: some 20 MB. With more than that it begins anew.
constexpr std::size_t kMost = 100'000;

bool ends_many(const domain::Fact& fact) {
  return std::holds_alternative<domain::EventDeleted>(fact) || std::holds_alternative<domain::LineClosed>(fact);
}

}  // namespace

const HolderCache::Bookings* HolderCache::find(EventId event, UserId user) const {
  const auto users = events_.find(event);
  if (users == events_.end()) return nullptr;
  const auto found = users->second.find(user);
  return found == users->second.end() ? nullptr : &found->second;
}

void HolderCache::put(EventId event, UserId user, Bookings bookings) {
  if (size_ + bookings.size() > kMost) clear();
  size_ += bookings.size();
  events_[event].insert_or_assign(user, std::move(bookings));
}

void HolderCache::update(std::span<const domain::BatchFact> facts) {
  for (const auto& [command, title, fact] : facts) {
    const auto users = events_.find(command->event);
    if (users == events_.end()) continue;
    if (ends_many(fact)) {
      events_.erase(users);
      continue;
    }
    const auto* booking = changed_booking(fact);
    if (booking == nullptr) continue;
    const auto found = users->second.find(booking->user);
    if (found == users->second.end()) continue;
    if (is_live(booking->state)) {
      if (found->second.insert_or_assign(booking->seq, *booking).second) ++size_;
    } else {
      found->second.erase(booking->seq);
    }
  }
}

void HolderCache::clear() {
  events_.clear();
  size_ = 0;
}

}  // namespace ticketd::storage
