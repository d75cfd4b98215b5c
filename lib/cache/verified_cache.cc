#include "cache/verified_cache.h"

#include "storage/users.h"

namespace ticketd {
namespace {

// An operator may give an account another address, which nobody has proved.
constexpr std::chrono::minutes kKnownFor{10};
constexpr std::size_t kKnownMax = 100'000;  // some 7 MB

}  // namespace

bool VerifiedCache::is_verified(postgres::DatabasePool& database, UserId user, Time now) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = verified_.find(user); known != verified_.end() && now - known->second < kKnownFor)
      return true;
  }
  const auto found =
      postgres::autocommit(database, [&](pqxx::transaction_base& tx) { return storage::find_user(tx, user); });
  if (!found || !found->email_verified_at) return false;
  const std::lock_guard lock(mutex_);
  if (verified_.size() >= kKnownMax) verified_.clear();
  verified_[user] = now;
  return true;
}

}  // namespace ticketd
