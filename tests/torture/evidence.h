// What the stores say after a round about its events: the other half of what the audit judges.
#pragma once
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "domain/command.h"
#include "history.h"
#include "sim/model.h"

namespace ticketd::torture {

struct CommandRow {
  std::string id, kind, user, event, state, outcome, reason, booking;
  std::int64_t turn = 0;  // of the transaction that decided it: those of an event are numbered in their order
};

struct BookingRow {
  std::string id, event, user, state;
  std::int64_t seq = 0;  // 0: rejected
  bool promoted = false;
  int quantity = 1;
  std::optional<Time> held_until = {};  // its seats are, until then
  std::string pool;
};

struct NotificationRow {
  std::string id, user, event, booking, kind, message;
  std::int64_t turn = 0;
};

// A booking whose seats were not confirmed in time.
struct Expiry {
  std::string booking, event;
  std::int64_t turn = 0;
  Time at = {};  // by the clock of the worker that ended it
};

struct EventRow {
  std::string id, owner, state;
  int total_tickets = 0, available_tickets = 0, waiting_list_count = 0, max_per_user = 0;
  int waiting_more = 0, edition = 1, held_back = 0;
};

// An event as it was made.
struct Planned {
  std::string id;
  std::string owner;
  int tickets = 0;
  int max_per_user = 1;
  Time starts_at = {};
  int hold_minutes = 0;
  int offer_minutes = 0;
  bool is_confirmed_by_owner = false;
  std::vector<sim::Model::Pool> pools = {};  // those of its own
  std::vector<sim::Model::Type> types = {};
};

struct Evidence {
  std::vector<Planned> planned;
  std::vector<domain::Command> accepted;  // in order of acceptance within an event, from the log of Redis
  std::vector<CommandRow> commands;
  std::vector<BookingRow> bookings;  // by event and seq
  std::vector<NotificationRow> notifications;
  std::vector<Expiry> expiries;
  std::vector<EventRow> events;
  bool clocks_were_right = true;
  std::vector<Look> looks;  // GET /v1/requests of each accepted command, after all was quiet
  std::int64_t dead_letters = 0;
  std::int64_t queued = 0;            // entries in streams
  std::vector<std::string> leftover;  // keys of Redis that should be gone
};

// What PostgreSQL says of these events, within the caller's transaction. Throws pqxx::failure.
void load_tables(pqxx::transaction_base& tx, Evidence& evidence);

// What Redis and its log say. Throws redis::RedisUnavailable and std::runtime_error.
void load_queue(Evidence& evidence);

}  // namespace ticketd::torture
