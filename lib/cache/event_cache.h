// What booking has to know of an event before it queues a command: that it exists, is open, how many tickets one
// booking may have, and which types there are. Kept in the process for a few seconds, so that the hot path asks no
// database; the worker decides on what is true in the end. What is remembered may say yes. A no is read anew:
// whoever has just moved an event's end may book at once.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "domain/event_state.h"
#include "postgres/database.h"
#include "refusal/result.h"
#include "storage/pools.h"

namespace ticketd {

class EventCache {
 public:
  explicit EventCache(postgres::DatabasePool& database) : database_(database) {}

  // What somebody asks for, as far as it can be refused at once.
  struct Wish {
    int quantity = 1;
    std::optional<TicketTypeId> type = {};
    std::optional<std::string> access_code = {};
  };
  // Does it take such a booking? Gives back the ticket type that was named, or that the access code is for; empty if
  // neither was sent. Refuses: event_not_found, event_cancelled, event_over, quantity_over_limit, ticket_type_not_found
  // (also for a wrong access code), sale_not_started, sale_ended.
  Result<std::optional<TicketTypeId>> must_take(EventId id, const Wish& wish, Time now);

  // Refuses: event_not_found. Says nothing about open or over.
  std::optional<Refusal> must_exist(EventId id, Time now);

 private:
  struct Known {
    domain::EventStatus status;
    Time ends_at;
    int quantity_max;  // of what one booking, and one person, may have
    domain::SalesWindow sales;
    std::shared_ptr<const std::vector<storage::TicketType>> types;  // without what is said of them
    Time read_at;
    bool is_asked_for = false;  // by a thread that will bring a newer one
  };
  // Is a no to be read anew by this thread? Thousands may come a minute before a sale begins: one of them at a time.
  bool ask_anew(EventId id, Code no);
  static Result<std::optional<TicketTypeId>> answer_of(const std::optional<Known>& known, const Wish& wish, Time now);
  // As PostgreSQL has it, and remembered from now on. Throws postgres::DatabaseUnavailable.
  std::optional<Known> read(EventId id, Time now);
  // Empty: there is no such event. While the database is away, what was known before is good for an hour.
  // Throws postgres::DatabaseUnavailable.
  std::optional<Known> find(EventId id, Time now);
  // What is known and does for now; empty if the database is to be asked, with what is there if it does not answer.
  std::optional<Known> good_enough(EventId id, Time now, std::optional<Known>& old);
  void put(EventId id, const std::optional<Known>& known);  // empty: nothing is known any more

  postgres::DatabasePool& database_;
  std::mutex mutex_;
  std::unordered_map<EventId, Known> known_;
  std::size_t types_ = 0;  // of all that are known
};

}  // namespace ticketd
