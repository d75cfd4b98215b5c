#include "cache/count_cache.h"

#include <chrono>

namespace ticketd {
namespace {

constexpr seconds kFresh{5};
constexpr int kMany = 1'000;
constexpr std::size_t kMostFilters = 1'000;  // about 300 KB

}  // namespace

int CountCache::count(pqxx::transaction_base& tx, const storage::EventFilter& filter, Time now) {
  const auto key = key_of(filter);  // that "upcoming" moves on by a few seconds is what the cache is about
  if (const auto known = remembered(key, now)) return *known;
  const int count = count_events(tx, filter);
  if (count >= kMany) {
    const std::lock_guard lock(mutex_);
    if (counted_.size() >= kMostFilters) counted_.clear();  // rare, and costs one count for each filter afterwards
    counted_.insert_or_assign(key, Counted{count, now});
  }
  return count;
}

std::optional<int> CountCache::remembered(const std::string& key, Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = counted_.find(key);
  if (found == counted_.end() || now - found->second.at >= kFresh) return std::nullopt;
  return found->second.count;
}

}  // namespace ticketd
