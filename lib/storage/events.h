// Events, as their owners and visitors see them. The counters are the worker's: see batch.h.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "domain/command.h"
#include "domain/event_state.h"
#include "postgres/database.h"

namespace ticketd::storage {

// What an event has, and who wants it.
struct Seats {
  int total_tickets = 0;
  int available_tickets = 0;             // free, be they saved or not
  int held_back = 0;                     // the organiser's own, not among these
  std::optional<Time> saved_until = {};  // some are kept for the first of a line, before that time
  int saved_tickets = 0;                 // so many
  int waiting_list_count = 0;            // entries
  int waiting_tickets = 0;               // that they want
  Time line_ends_at = Time::max();       // from then on nobody waits any more

  // That somebody has.
  [[nodiscard]] int booked_tickets() const { return total_tickets - held_back - available_tickets; }
};

struct Event : Seats, domain::EventRules {
  EventId id;
  UserId owner;
  std::string title;
  std::string description;
  std::string location;
  Time starts_at;
  Time ends_at;
  domain::EventStatus status = domain::EventStatus::open;
  int edition = 1;  // see domain::kEdition
  domain::Visibility visibility = domain::Visibility::listed;
  std::optional<std::string> timezone = {};  // an IANA name
  int turn = 0;                              // see EventSort::turns
  Time created_at;
  Time updated_at;
};

// The columns that event_of() reads.
extern const char* const kEventColumns;
// The same for a list, which shows no more than so many characters of a description and a location: of a longer one it
// reads one more, so that it is seen to be longer. Only that much is read from the disk.
constexpr int kListedText = 200;
#define LISTED_TEXT(column) "left(" column ", 201)"  // SQL: one more than kListedText
extern const char* const kListedEventColumns;
Event event_of(const pqxx::row& row);

// The status of `event`, and of its seats all but total_tickets and held_back, are not looked at: a new event is open
// and empty. One with pools of its own has edition domain::kEditionOfPools.
void insert_event(pqxx::transaction_base& tx, const Event& event);

// Does `owner` have `count` events or more that are neither cancelled nor over? Looks at no more than so many. `moved`
// count as well, if they are over: they are on their way into the future.
bool has_open_events(pqxx::transaction_base& tx, UserId owner, int count, Time now,
                     std::span<const EventId> moved = {});

std::optional<Event> find_event(pqxx::transaction_base& tx, EventId id);
// The same; nobody else changes it, nor its counters, until the transaction ends.
std::optional<Event> lock_event(pqxx::work& tx, EventId id);

// Title, description, location, dates, visibility and time zone alone: what a handler may change by itself. Capacity,
// limits and what is said about groups decide about bookings and go through the queue. Empty, and nothing changed, if
// the event is not `owner`'s, is cancelled, or would end before it starts.
std::optional<Event> update_event(pqxx::transaction_base& tx, EventId id, UserId owner,
                                  const domain::EventChanges& changes, Time now);

// The same fields, for the worker, that has decided already.
void update_event_fields(pqxx::transaction_base& tx, EventId id, const domain::EventChanges& changes, Time now);

// What a user holds of an event: how many confirmed and waiting bookings, whatever their tickets, and the place in the
// line of the first waiting one.
struct Holding {
  int confirmed = 0;
  int waitlisted = 0;
  std::optional<int> place;
};
Holding find_holding(pqxx::transaction_base& tx, EventId event, UserId user, Time now);

// How an event stands, and what a user holds of it; nothing without one. One statement, two for those waiting: this is
// asked most of all.
struct Standing : Seats {
  domain::EventStatus status = domain::EventStatus::open;
  Time ends_at;
  Holding mine;
};
std::optional<Standing> find_standing(pqxx::transaction_base& tx, EventId event, std::optional<UserId> user, Time now);

// Idempotency of POST /v1/events/initialize: claims the key for `answer`, or finds what it stands for. Keys older than
// a day are free again. Of several at once with the same key, the others wait until the first one's transaction has
// ended.
struct IdempotencyClaim {
  bool claimed = false;
  bool same_request = false;  // when not claimed: the fingerprints agree
  std::string answer;         // when not claimed: the first one's
};
IdempotencyClaim insert_idempotency_key(pqxx::work& tx, UserId user, const std::string& key,
                                        const std::string& fingerprint, const std::string& answer, Time now);

// What the key stands for already, claiming nothing. Empty if it is free.
std::optional<IdempotencyClaim> find_idempotency_claim(pqxx::transaction_base& tx, UserId user, const std::string& key,
                                                       const std::string& fingerprint, Time now);

}  // namespace ticketd::storage
