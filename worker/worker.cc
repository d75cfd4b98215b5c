#include "worker.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <set>
#include <span>
#include <stdexcept>
#include <thread>

#include "base/crash_point.h"
#include "base/log.h"
#include "drain.h"
#include "piece_size.h"
#include "postgres/database.h"
#include "queue/command_stream.h"
#include "storage/announcements.h"
#include "storage/bulk_changes.h"
#include "storage/erasures.h"
#include "storage/housekeeping.h"
#include "storage/shard_locks.h"

namespace ticketd::worker {
namespace {

using SteadyClock = std::chrono::steady_clock;

// How often shards are shared out anew: bounds how long the shards of a worker that went away lie idle.
constexpr std::chrono::milliseconds kBalanceEvery{500};
// How often the owner of shard 0 deletes what has expired and marks events that are over.
constexpr std::chrono::milliseconds kCleanEvery{60'000};
// How often it looks for what time has made due: bounds how late held seats go on, and a waiting list is closed.
constexpr std::chrono::milliseconds kLookEvery{500};
// A command may be so long on its way from its acceptance to the queue.
constexpr std::chrono::milliseconds kOnItsWay{500};
// How long a worker leaves a shard alone that holds a command of another release.
constexpr std::chrono::milliseconds kGiveUpFor{20'000};
// After a fault, before the next try.
constexpr std::chrono::milliseconds kRetryAfter{250};
// A worker that is stopped (SIGSTOP, a swapping host) loses its session, and so its shards, after that long. It must be
// longer than the longest pause between two statements of a healthy one, kBalanceEvery.
constexpr int kIdleSessionTimeoutMs = 5'000;
constexpr int kRedisTimeoutMs = 5'000;
// Far longer than any statement takes: what concerns many bookings goes in pieces. Less than the unit's WatchdogSec.
constexpr int kStatementTimeoutMs = 30'000;
// After that many deaths in a row with the same entry at the head of a shard, the next worker goes one by one; after
// that many, that entry is put aside.
constexpr int kCarefulAfter = 2;
constexpr int kPoisonAfter = 5;

using Entries = std::span<const queue::Entry>;

// The leading entries that are of one shard.
Entries of_first_shard(Entries entries) {
  const auto other = [&](const auto& entry) { return entry.shard != entries.front().shard; };
  return entries.first(static_cast<std::size_t>(std::find_if(entries.begin(), entries.end(), other) - entries.begin()));
}

// How long ago the oldest of them was queued, in ms; 0 for none. Stream ids begin with the time.
std::int64_t lag_ms(Entries entries, Time now) {
  std::int64_t oldest = epoch_ms(now);
  for (const auto& entry : entries)
    oldest = std::min<std::int64_t>(oldest, std::strtoll(entry.stream_id.c_str(), nullptr, 10));
  return epoch_ms(now) - oldest;
}

void carry_out_first(Drain& drain, queue::CommandStream& stream, Entries entries) {
  const int shard = entries.front().shard;
  const int deaths = stream.begin_first_batch(shard, entries.front().stream_id) - 1;
  try {
    if (deaths < kCarefulAfter) {
      drain.carry_out(entries);
    } else {
      drain.carry_out_one_by_one(entries, deaths >= kPoisonAfter);
    }
  } catch (const redis::RedisUnavailable&) {
    throw;  // it cannot be counted out; an entry that was committed is only acknowledged when it is put aside
  } catch (...) {
    stream.end_first_batch(shard);
    throw;
  }
  stream.end_first_batch(shard);
}

// Those that may be carried out: all but the ones of another release, and what follows these in their shards.
std::vector<queue::Entry> known_of(std::vector<queue::Entry> entries, std::set<int>& stuck) {
  std::erase_if(entries, [&](const auto& entry) {
    if (!entry.is_of_other_release) return stuck.contains(entry.shard);
    if (stuck.insert(entry.shard).second)
      Log::error("unknown_command", {{"shard", entry.shard},
                                     {"stream_id", entry.stream_id},
                                     {"kind", entry.text("kind")},
                                     {"version", entry.text("v")},
                                     {"command", entry.text("id")},
                                     {"help", "a newer worker is needed: this one leaves the shard to it"}});
    return true;
  });
  return entries;
}

// Everything that was accepted before then has been carried out, once these are, so that deadlines until then may be
// met. `all`: the queue had no more when it was read at `read_at`.
Time carried_out_until(Entries entries, bool all, Time read_at) {
  Time until = read_at;
  if (!all) {
    for (auto rest = entries; !rest.empty(); rest = rest.subspan(of_first_shard(rest).size())) {
      const auto& last = of_first_shard(rest).back();
      if (last.command) until = std::min(until, last.command->accepted_at);
    }
  }
  return until - kOnItsWay;
}

std::string state_of(const storage::ShardLocks& locks, int shards) {
  auto owned = "owns " + std::to_string(locks.owned().size()) + " of " + std::to_string(shards) + " shards";
  if (locks.given_up().empty()) return owned;
  return owned + ", leaves " + std::to_string(locks.given_up().size()) + " to a newer worker";
}

// Not worth stopping the drain for, unless PostgreSQL is away: what fails is tried again later.
template <class Work>
bool or_later(const char* complaint, Work&& work) {
  try {
    return work();
  } catch (const redis::RedisUnavailable&) {
    throw;
  } catch (const std::exception& e) {
    const auto fault = postgres::fault_of(std::current_exception());
    if (fault.kind == postgres::FaultKind::unavailable || fault.kind == postgres::FaultKind::in_doubt) throw;
    Log::warning(complaint, {{"sqlstate", fault.sqlstate}, {"error", fault.what}});
    return false;
  }
}

// True if there is more to do.
bool clean_up(pqxx::connection& connection, Time now) {
  return or_later("cleaning_failed", [&] {
    pqxx::nontransaction tx(connection);
    const bool more_expired = storage::delete_expired(tx, now);
    const bool more_over = storage::update_events_over(tx, now);
    return storage::update_turns(tx, now) || more_over || more_expired;
  });
}

// One piece of what a decision means for many bookings. True if there may be more to do.
bool carry_out_piece(pqxx::connection& connection, const std::set<int>& owned, int shards, Time now, PieceSize& size) {
  return or_later("bulk_change_failed", [&] {
    const auto start = SteadyClock::now();
    pqxx::work tx(connection);
    const bool did_one = storage::update_next_piece(tx, owned, shards, now, size.most());
    CRASH_POINT("before_piece_commit");
    tx.commit();
    if (did_one) size.note(SteadyClock::now() - start);
    return did_one;
  });
}

// One piece of what an event's people are told at once. True if there may be more to do.
bool announce_piece(pqxx::connection& connection, const std::set<int>& owned, int shards, Time now, PieceSize& size) {
  bool did_one = false;
  const bool went_well = or_later("announcement_failed", [&] {
    const auto start = SteadyClock::now();
    pqxx::work tx(connection);
    const auto piece = storage::announce_next_piece(tx, owned, shards, now, size.most());
    CRASH_POINT("before_piece_commit");
    tx.commit();
    if (!piece) return true;
    did_one = true;
    size.note(SteadyClock::now() - start);
    if (piece->is_last)
      Log::info("announced", {{"announcement", piece->of.id.str()},
                              {"event_id", piece->of.event.str()},
                              {"kind", piece->of.kind},
                              {"told", piece->told}});
    return true;
  });
  if (went_well) return did_one;
  pqxx::nontransaction tx(connection);
  storage::delay_announcement(tx, owned, shards, now);
  return true;
}

// One step of an event that grows. True if there may be more to do.
bool grow_one(Drain& drain, pqxx::connection& connection, const std::set<int>& owned, int shards, Time at,
              PieceSize& size) {
  return or_later("growing_failed", [&] {
    const auto event = [&] {
      pqxx::nontransaction tx(connection);
      return storage::find_unfinished_event(tx, owned, shards);
    }();
    if (!event) return false;
    const auto start = SteadyClock::now();
    drain.settle({&*event, 1}, at, size.most());
    size.note(SteadyClock::now() - start);
    return true;
  });
}

// What time made due by then.
void meet_deadlines(Drain& drain, pqxx::connection& connection, const std::set<int>& owned, int shards, Time at) {
  or_later("deadlines_failed", [&] {
    const auto due = [&] {
      pqxx::nontransaction tx(connection);
      return storage::list_due_events(tx, owned, shards, at);
    }();
    drain.settle(due, at);
    return true;
  });
}

// What the erased hold still goes on to others. Each in a transaction of its own: one that fails holds up nobody else.
void carry_out_erasures(Drain& drain, pqxx::connection& connection, const std::set<int>& owned, int shards, Time at,
                        Random& random) {
  const auto in_autocommit = [&](auto&& body) {
    pqxx::nontransaction tx(connection);
    return body(tx);
  };
  or_later("erasures_failed", [&] {
    for (auto command : in_autocommit([&](auto& tx) { return storage::list_erased_holdings(tx, owned, shards, at); })) {
      command.id = CommandId::make(at, random);
      command.notification = NotificationId::make(at, random);
      command.request_id = "erasure-" + command.user.str();
      const bool done = or_later("erasure_failed", [&] {
        drain.carry_out_own(command);
        return true;
      });
      if (!done) in_autocommit([&](auto& tx) { storage::delay_erasure(tx, command.user, at); });
    }
    in_autocommit([&](auto& tx) { storage::update_erasures(tx, at); });
    return true;
  });
}

// `fresh`: shards of which nothing was carried out yet since they were taken.
void carry_out(Drain& drain, queue::CommandStream& stream, Entries entries, std::set<int>& fresh) {
  while (!entries.empty() && !fresh.empty()) {
    const auto first = of_first_shard(entries);
    if (fresh.erase(first.front().shard) > 0) {
      carry_out_first(drain, stream, first);
    } else {
      drain.carry_out(first);
    }
    entries = entries.subspan(first.size());
  }
  drain.carry_out(entries);
}

}  // namespace

void Worker::run(const std::atomic<bool>& stop) {
  Cell& faults = metrics_.series("ticketd_worker_faults_total");
  while (!stop) {
    try {
      run_session(stop);
    } catch (const WrongShards&) {
      throw;
    } catch (const std::exception& e) {
      shards_ = 0;  // its session is gone, and with it the locks
      faults.fetch_add(1);
      Log::error("worker_fault", {{"error", e.what()}});
      report_("waiting: " + std::string(e.what()));
      std::this_thread::sleep_for(kRetryAfter);
    }
  }
}

void Worker::run_session(const std::atomic<bool>& stop) {
  queue::CommandStream stream(config_.queue_redis_url, kRedisTimeoutMs);
  if (!stream.agree_on_shards(config_.shards)) {
    throw WrongShards(
        "TICKETD_SHARDS was changed while commands are queued under the old number; set it back until the queue is "
        "empty");
  }
  postgres::DatabaseConnection session(config_.database_url,
                                       {"ticketd-worker", kStatementTimeoutMs, kIdleSessionTimeoutMs, false, true});
  storage::ShardLocks locks(session.get(), config_.shards);
  Drain drain(session.get(), stream, metrics_, clock_, random_, {config_.batch_max, config_.attempts_max});
  locks.join();
  std::set<int> fresh;
  PieceSize piece_size, step_size, told_size;
  bool has_pieces = true;  // of bulk changes, or events that grow; not known before the first look
  auto next_balance = SteadyClock::now();
  auto next_cleaning = next_balance;
  auto next_retry = next_balance;
  auto next_look = next_balance;
  while (!stop) {
    if (SteadyClock::now() >= next_balance) {
      const auto before = locks.owned();
      if (SteadyClock::now() >= next_retry) locks.retry();
      if (locks.balance()) {
        drain.forget_holders();
        Log::info("shards", {{"owned", static_cast<int>(locks.owned().size())}, {"of", config_.shards}});
        std::set_difference(locks.owned().begin(), locks.owned().end(), before.begin(), before.end(),
                            std::inserter(fresh, fresh.end()));
      }
      next_balance = SteadyClock::now() + kBalanceEvery;
    }
    if (locks.owned().contains(0) && SteadyClock::now() >= next_cleaning) {
      next_cleaning = SteadyClock::now() + (clean_up(session.get(), clock_.now()) ? kBalanceEvery : kCleanEvery);
    }
    const auto left_ms = std::chrono::ceil<std::chrono::milliseconds>(next_balance - SteadyClock::now()).count();
    auto read_at = clock_.now();
    auto read = stream.read(locks.owned(), config_.batch_max, has_pieces ? 1 : std::max(1, static_cast<int>(left_ms)));
    do {
      std::set<int> stuck;
      const bool full = read.size() >= static_cast<std::size_t>(config_.batch_max);
      const auto entries = known_of(std::move(read), stuck);
      // A small batch is not followed by a smaller one: what comes meanwhile is read when it is done.
      // It does not ask ahead when shards are about to be shared out anew: it would carry out what it has given away.
      const bool more = full && stuck.empty() && !stop && SteadyClock::now() < next_balance;
      const auto asked_at = clock_.now();
      if (more) stream.ask_next(locks.owned(), config_.batch_max);
      carry_out(drain, stream, entries, fresh);
      const auto until = carried_out_until(entries, !full, read_at);
      has_pieces = drain.take_bulk_changes() || has_pieces;
      if (has_pieces) {
        const bool did_piece = carry_out_piece(session.get(), locks.owned(), config_.shards, clock_.now(), piece_size);
        if (did_piece) drain.forget_holders();
        const bool did_step = grow_one(drain, session.get(), locks.owned(), config_.shards, until, step_size);
        const bool told = announce_piece(session.get(), locks.owned(), config_.shards, clock_.now(), told_size);
        has_pieces = did_piece || did_step || told;
      }
      if (stuck.empty() && SteadyClock::now() >= next_look) {
        next_look = SteadyClock::now() + kLookEvery;
        meet_deadlines(drain, session.get(), locks.owned(), config_.shards, until);
        carry_out_erasures(drain, session.get(), locks.owned(), config_.shards, until, random_);
        has_pieces = true;
      }
      for (const int shard : stuck) locks.give_up(shard);
      if (!stuck.empty()) next_retry = SteadyClock::now() + kGiveUpFor;
      shards_ = static_cast<std::int64_t>(locks.owned().size());
      report_(state_of(locks, config_.shards) + ", " + std::to_string(entries.size()) +
              " commands in the last round, lag " + std::to_string(lag_ms(entries, clock_.now())) + " ms");
      read_at = asked_at;
      read = more ? stream.take_next() : std::vector<queue::Entry>();
    } while (!read.empty());
  }
}

}  // namespace ticketd::worker
