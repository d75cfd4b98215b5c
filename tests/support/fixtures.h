// People, events, bookings and commands as the integration tests need them: each call makes new ones.
#pragma once
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "base/time.h"
#include "storage/batch.h"
#include "storage/events.h"
#include "storage/users.h"
#include "support/decided.h"
#include "support/stores.h"

namespace ticketd::tests {

Random& chance();
// The time of day, in whole milliseconds.
Time now();

template <class IdType>
IdType fresh() {
  return IdType::make(now(), chance());
}

// A word that nothing else contains.
std::string fresh_word();

storage::User new_user();
UserId make_user();
std::vector<UserId> make_users(int count);

// Open, empty, tomorrow for two hours; not stored yet.
storage::Event new_event(UserId owner, int tickets = 10, int max_per_user = 1);
EventId make_event(int tickets = 10, int max_per_user = 1);
EventId make_event_of(UserId owner, int tickets = 10, int max_per_user = 1);
UserId owner_of(EventId event);

domain::Command command_for(domain::CommandKind kind, UserId user, EventId event);
domain::Command book(UserId user, EventId event);
domain::Command cancel(UserId user, EventId event);
domain::Command resize_of(UserId owner, EventId event, int tickets);
domain::Command remove_of(UserId owner, EventId event);
// By the event's owner.
domain::Command resize(EventId event, int tickets);
domain::Command remove(EventId event);
std::vector<domain::Command> book_all(const std::vector<UserId>& users, EventId event);

// Loads, decides and saves them as one batch, and gives back how each was decided. Those that took effect before are
// left out.
std::vector<Decided> carry_out(pqxx::work& tx, const std::vector<domain::Command>& commands);
// The same in a transaction of its own.
std::vector<Decided> carry_out(const std::vector<domain::Command>& commands);
Decided carry_out(const domain::Command& command);

// The same as a worker that remembers those who have many bookings.
std::vector<Decided> carry_out(const std::vector<domain::Command>& commands, storage::HolderCache& holders);

// What the worker loads of them, remembering nobody.
storage::LoadedBatch load_batch(pqxx::work& tx, const std::vector<domain::Command>& commands);

// A deadline's command, which ends without an outcome.
bool carry_out_deadline(pqxx::work& tx, const domain::Command& command);

// What decisions on the event mean for many bookings, to its end; of other events in its shard as well.
void carry_out_pieces(pqxx::work& tx, EventId event, Time at = now());
void carry_out_pieces(EventId event, Time at = now());

// A row as it is written by hand, whatever the event's counters say. The seq is a high one that nobody else has.
BookingId insert_booking(EventId event, UserId user, const std::string& state = "confirmed", int slot = 1);

std::int64_t count_bookings(EventId event, const std::string& state);

// Those in the state, in the order of their seq.
std::vector<UserId> users_in_state(EventId event, const std::string& state);

// What is wrong with the event's counters, its seats or its line, recounted from the bookings; empty if nothing.
std::string broken_rule(EventId event);

// `outcome` of the command's row, empty if there is none.
std::string outcome_of(const domain::Command& command);

// Runs body(0) to body(count - 1) at once, each in a thread of its own, and waits for all of them. The bodies must not
// throw or check anything.
template <class Body>
void at_once(int count, Body body) {
  std::latch start(count);
  std::vector<std::jthread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&start, &body, i] {
      start.arrive_and_wait();
      body(i);
    });
  }
}

// Waits until the session waits for a lock, at most 5 s; false if it never does.
bool await_blocked(int backend_pid);
// Waits until it waits for a lock, or has ended its transaction.
bool await_blocked_or_done(int backend_pid);
// Ends the session and waits until it is gone, at most 5 s.
bool terminate(int backend_pid);

}  // namespace ticketd::tests
