// Whose address is known to be the user's own. A process remembers that for a while; who has not proved it is looked up
// each time, so that it counts at once.
#pragma once
#include <map>
#include <mutex>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"

namespace ticketd {

class VerifiedCache {
 public:
  // Throws postgres::DatabaseUnavailable. Thread-safe.
  bool is_verified(postgres::DatabasePool& database, UserId user, Time now);

 private:
  std::mutex mutex_;
  std::map<UserId, Time> verified_;  // with when that was looked up
};

}  // namespace ticketd
