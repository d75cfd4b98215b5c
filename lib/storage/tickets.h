// The tickets of a booking that has its seats. They are computed (domain/ticket_numbers.h); a row says what happened to
// one.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"

namespace ticketd::storage {

struct Ticket {
  int number = 1;
  int generation = 0;  // of its code, from 0
  std::optional<std::string> holder_name;
  std::optional<Time> admitted_at;
};

// By their numbers. Of a booking that is confirmed: of any other there are none to be shown.
std::vector<Ticket> list_tickets(pqxx::transaction_base& tx, BookingId booking);

// What the codes of an event's tickets are made with, 32 bytes. `fresh`: what it becomes if the event has none yet.
std::string find_or_add_ticket_key(pqxx::transaction_base& tx, EventId event, const std::string& fresh, Time now);

// Empties it where no name is given.
void set_holder_name(pqxx::transaction_base& tx, BookingId booking, int number,
                     const std::optional<std::string>& holder_name);

// The generation of the ticket's new code; the codes before it let nobody in any more. Empty, and nothing was changed:
// the user has no such ticket, somebody was admitted with it, or it had 255 others.
std::optional<int> reissue_ticket(pqxx::transaction_base& tx, BookingId booking, int number, UserId user, Time now);

}  // namespace ticketd::storage
