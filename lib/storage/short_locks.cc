#include "storage/short_locks.h"

#include <algorithm>
#include <thread>

#include "postgres/errors.h"
#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// How long a lock is waited for at first, and at most. At most: a vacuum that PostgreSQL began itself gives way to who
// has waited for its deadlock_timeout, a second; and others wait no longer than a caller of DatabasePool::take() does.
constexpr milliseconds kFirstWait{50};
constexpr milliseconds kLongestWait{1'200};
// Others have five sixths of the time for themselves, and more while those go on who were in the way.
constexpr int kPauseFactor = 5;
constexpr int kMostPauses = 5;

// Each transaction holds the lock of a virtualxid of its own.
const char* const kOpenTransactions = R"(
  SELECT l.virtualtransaction, l.pid, a.application_name, coalesce(a.usename, 'PostgreSQL itself')
  FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
  WHERE l.locktype = 'virtualxid' AND l.granted AND a.datname = current_database() AND l.pid <> pg_backend_pid())";

std::string seconds_of(milliseconds time) { return std::to_string(time.count() / 1'000) + " s"; }

void set_lock_timeout(pqxx::connection& connection, milliseconds timeout) {
  pqxx::nontransaction(connection).exec("SET lock_timeout = " + std::to_string(timeout.count()));
}

std::string sentence_of(const std::map<std::string, std::string>& in_the_way) {
  std::string text;
  for (const auto& [transaction, who] : in_the_way) text += (text.empty() ? "; open meanwhile: " : ", ") + who;
  return text;
}

}  // namespace

void ShortLocks::run(const std::function<void()>& attempt) {
  const auto end = Clock::now() + patience_;
  for (auto wait = kFirstWait;; wait = std::min(2 * wait, kLongestWait)) {
    set_lock_timeout(connection_, wait);
    try {
      return attempt();
    } catch (const std::exception& e) {
      const auto fault = fault_of(std::current_exception());
      if (fault.sqlstate != kLockNotAvailable && fault.kind != FaultKind::conflict) throw;
    }
    const auto in_the_way = pause(kPauseFactor * wait);
    if (Clock::now() >= end) give_up(in_the_way);
    news_(title_ + " waits for a lock" + sentence_of(in_the_way));
  }
}

void ShortLocks::run_patiently(const std::function<void()>& attempt) {
  set_lock_timeout(connection_, patience_);
  const auto before = open_transactions();
  try {
    attempt();
  } catch (const std::exception&) {
    if (fault_of(std::current_exception()).sqlstate != kLockNotAvailable) throw;
    give_up(still_open(before));
  }
}

void ShortLocks::give_up(const Transactions& in_the_way) const {
  throw DatabaseUnavailable(title_ + " got no lock within " + seconds_of(patience_) + sentence_of(in_the_way));
}

// Gives back who had a transaction open all the while: theirs are the locks. While none of these ends, another try
// would most likely end as the last one did, and keep others waiting again.
ShortLocks::Transactions ShortLocks::pause(milliseconds time) {
  auto stayed = open_transactions();
  for (int pauses = 0; pauses < kMostPauses; ++pauses) {
    std::this_thread::sleep_for(time);
    auto open = still_open(stayed);
    const bool one_ended = pauses > 0 && open.size() < stayed.size();
    stayed = std::move(open);
    if (stayed.empty() || one_ended) break;
  }
  return stayed;
}

ShortLocks::Transactions ShortLocks::still_open(Transactions before) {
  const auto now = open_transactions();
  std::erase_if(before, [&](const auto& each) { return !now.contains(each.first); });
  return before;
}

ShortLocks::Transactions ShortLocks::open_transactions() {
  Transactions found;
  for (const auto& row : pqxx::nontransaction(connection_).exec(kOpenTransactions))
    found.emplace(text_of(row[0]), text_of(row[2]) + " of " + text_of(row[3]) + " (process " + text_of(row[1]) + ")");
  return found;
}

}  // namespace ticketd::storage
