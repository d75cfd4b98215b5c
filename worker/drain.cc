#include "drain.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/crash_point.h"
#include "base/log.h"
#include "decide_all.h"
#include "fact_log.h"
#include "storage/dead_letters.h"

namespace ticketd::worker {
namespace {

using domain::Command;
using queue::Entry;

constexpr std::chrono::milliseconds kBetweenAttempts{20};

// The commands, each once: the same one can stand in the queue twice when a client's connection broke after
// XADD.
std::vector<Command> commands_of(std::span<const Entry> entries) {
  std::vector<Command> commands;
  std::unordered_set<CommandId> seen;
  for (const auto& entry : entries) {
    if (seen.insert(entry.command->id).second) commands.push_back(*entry.command);
  }
  return commands;
}

std::vector<EventId> deleted_events(const domain::BatchFacts& facts) {
  std::vector<EventId> events;
  for (const auto& [command, title, fact] : facts) {
    if (std::holds_alternative<domain::EventDeleted>(fact)) events.push_back(command->event);
  }
  return events;
}

bool concerns_many(const domain::BatchFact& it) {
  return std::holds_alternative<domain::EventDeleted>(it.fact) || std::holds_alternative<domain::EventMoved>(it.fact) ||
         std::holds_alternative<domain::LineClosed>(it.fact) || std::holds_alternative<domain::EventGrew>(it.fact);
}

std::int64_t us_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Drain::Drain(pqxx::connection& connection, queue::CommandStream& stream, Metrics& metrics, const Clock& clock,
             Random& random, DrainOptions options)
    : connection_(connection), stream_(stream), metrics_(metrics), clock_(clock), random_(random), options_(options) {}

void Drain::carry_out(std::span<const Entry> entries) { carry_out_by(entries, options_.batch_max); }

void Drain::carry_out_one_by_one(std::span<const Entry> entries, bool first_is_poison) {
  if (first_is_poison) {
    bury(entries.front(), {postgres::FaultKind::refused, "", "the worker died each time that it carried this out"}, 1);
    entries = entries.subspan(1);
  }
  carry_out_by(entries, 1);
}

void Drain::carry_out_by(std::span<const Entry> entries, int batch_max) {
  while (!entries.empty()) {
    if (!entries.front().command) {
      // What cannot be read will never be readable.
      bury(entries.front(), {postgres::FaultKind::refused, "", "the entry cannot be read as a command"}, 1);
      entries = entries.subspan(1);
      continue;
    }
    const auto most = entries.first(std::min(entries.size(), static_cast<std::size_t>(batch_max)));
    const auto unreadable = std::find_if(most.begin(), most.end(), [](const auto& entry) { return !entry.command; });
    const auto size = static_cast<std::size_t>(unreadable - most.begin());
    commit_or_halve(entries.first(size));
    entries = entries.subspan(size);
  }
}

void Drain::commit_or_halve(std::span<const Entry> entries) {
  for (int attempt = 1;; ++attempt) {
    try {
      return commit(entries);
    } catch (const redis::RedisUnavailable&) {
      throw;
    } catch (...) {
      const auto fault = postgres::fault_of(std::current_exception());
      if (fault.kind == postgres::FaultKind::unavailable || fault.kind == postgres::FaultKind::in_doubt)
        throw postgres::DatabaseUnavailable(fault.what);
      metrics_.failed_batch();
      Log::warning("batch_failed", {{"commands", static_cast<int>(entries.size())},
                                    {"attempt", attempt},
                                    {"sqlstate", fault.sqlstate},
                                    {"error", fault.what}});
      if (fault.kind == postgres::FaultKind::conflict && attempt < options_.attempts_max) continue;
      if (entries.size() > 1) break;
      if (attempt >= options_.attempts_max) return bury(entries.front(), fault, attempt);
      std::this_thread::sleep_for(kBetweenAttempts);
    }
  }
  const auto half = entries.size() / 2;
  commit_or_halve(entries.first(half));
  commit_or_halve(entries.subspan(half));
}

void Drain::commit(std::span<const Entry> entries) {
  const auto deleted = commit(commands_of(entries));
  stream_.acknowledge(entries, deleted);
  CRASH_POINT("after_ack");
}

std::vector<EventId> Drain::commit(std::span<const Command> commands, int promoted_at_once) {
  const auto start = std::chrono::steady_clock::now();
  CRASH_POINT("after_read");
  pqxx::work tx(connection_);
  CRASH_POINT("after_begin");
  auto batch = storage::load_batch(tx, commands, holders_);
  CRASH_POINT("after_lock");
  for (auto& entry : batch.events) entry.second.promoted_at_once = promoted_at_once;
  const auto facts = decide_all(batch, commands);
  const auto promoted = storage::save_batch(tx, batch, facts, clock_.now(), random_);
  CRASH_POINT("before_commit");
  const auto commit_start = std::chrono::steady_clock::now();
  tx.commit();
  CRASH_POINT("after_commit");
  holders_.update(facts);
  metrics_.committed(facts, batch.done.size(), clock_.now(), us_since(start), us_since(commit_start));
  log_facts(facts, promoted);  // first: it took effect, whatever becomes of the acknowledgement
  has_bulk_changes_ = has_bulk_changes_ || std::any_of(facts.begin(), facts.end(), concerns_many);
  return deleted_events(facts);
}

void Drain::settle(std::span<const EventId> events, Time at, int promoted_at_once) {
  std::vector<Command> commands;
  for (const auto& event : events) {
    auto& command = commands.emplace_back();
    command.event = event;
    command.action = domain::Settle{};
    command.accepted_at = at;
  }
  if (!commands.empty()) commit(commands, promoted_at_once);
}

void Drain::carry_out_own(const Command& command) {
  const auto deleted = commit({&command, 1});
  if (!deleted.empty()) stream_.acknowledge({}, deleted);
}

void Drain::bury(const Entry& entry, const postgres::Fault& fault, int attempts) {
  storage::DeadLetter letter{entry.command, entry.shard,    entry.stream_id, queue::to_json_text(entry.fields),
                             fault.what,    fault.sqlstate, attempts};
  pqxx::work tx(connection_);
  storage::insert_dead_letter(tx, letter, clock_.now());
  tx.commit();
  stream_.acknowledge({&entry, 1}, {});
  metrics_.dead_letter();
  Log::error("dead_letter", {{"request_id", entry.command ? entry.command->request_id : ""},
                             {"stream_id", entry.stream_id},
                             {"command", letter.raw},
                             {"error", fault.what}});
}

}  // namespace ticketd::worker
