// The door of an event: how it is to be, and who was let in by whom. Every scan leaves a row, whatever the answer.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"
#include "storage/cursor.h"

namespace ticketd::storage {

struct Door {
  std::string ticket_key;        // what the codes of the event's tickets are made with, 32 bytes
  std::string reentry = "none";  // may somebody who was in come in again? "after_exit", "free"
  int opens_minutes = 240;       // before the event starts: a ticket that is shown earlier is too_early
};

// Empty if nobody ever asked for a ticket of the event: then there is no code that it could know.
std::optional<Door> find_door(pqxx::transaction_base& tx, EventId event);

struct AtDoor {
  UserId owner;           // the event's
  bool may_scan = false;  // the user is that, or an admin
  int guesses = 0;        // that the user scanned since; up to 100
  std::optional<Door> door;
};
// What an endpoint has to know before it answers a user's scan. Empty if there is no such event, or who came to it was
// forgotten.
std::optional<AtDoor> find_at_door(pqxx::transaction_base& tx, EventId event, UserId user, Time since);

// What is empty stays as it is.
struct DoorChanges {
  std::optional<std::string> reentry;
  std::optional<int> opens_minutes;
};
// `fresh_key`: as find_or_add_ticket_key() has it.
Door update_door(pqxx::transaction_base& tx, EventId event, const DoorChanges& changes, const std::string& fresh_key,
                 Time now);

struct Scan {
  CheckinId id;
  EventId event;  // at whose door it was
  // What the code says that was scanned, if it is one of this event's.
  struct OfTicket {
    BookingId booking;
    int number = 1;
    int generation = 0;
  };
  std::optional<OfTicket> ticket;
  bool is_of_other_event = false;  // a good code of another event's ticket
  bool is_guess = false;           // it has the form of a code, and nobody made it
  bool goes_out = false;
  bool late = false;  // a device without connection let that person in
  Time scanned_at;
  std::string nonce;  // 8 to 64 characters; the same one again gets the answer to the first
  std::optional<std::string> gate;
  std::optional<std::string> device;
  UserId by;
};

struct Checkin {
  CheckinId id;
  // "admitted", "readmitted", "left", "already_in", "not_in", "revoked", "cancelled", "waiting", "held", "too_early",
  // "conflict", "wrong_event" or "unknown".
  std::string result;
  std::optional<std::string> because;  // of a conflict: what would have been the answer
  std::optional<std::string> gate;
  std::optional<std::string> device;
  UserId by;
  Time scanned_at;
  Time created_at;
  std::optional<Time> undone_at;
  // The ticket, if it is one of the event's:
  std::optional<BookingId> booking;
  int number = 0;
  std::optional<std::string> holder_name;  // or else the name of whose booking it is
  std::optional<std::string> type_name;
  // When and where somebody was admitted with it first, if so.
  std::optional<Time> admitted_at;
  std::optional<std::string> admitted_gate;
};

// One scan, exactly once for each nonce: of two gates in the same moment one admits. A ticket that admitted is not
// given back any more. Empty, and nothing was written: a scan of another ticket had that nonce. Throws what libpqxx
// throws.
std::optional<Checkin> check_in(pqxx::transaction_base& tx, const Scan& scan, Time now);

// Takes it back: whoever was admitted by it was not. Once; again it changes nothing. Empty if the event has none like
// it.
std::optional<Checkin> undo_check_in(pqxx::transaction_base& tx, EventId event, CheckinId id, UserId by, Time now);

// The newest first; of one result, or all.
std::vector<Checkin> list_checkins(pqxx::transaction_base& tx, EventId event, const std::optional<std::string>& result,
                                   const std::optional<Cursor>& after, int limit);

// Whose event a booking is of; empty if there is no such booking.
std::optional<EventId> find_event_of_booking(pqxx::transaction_base& tx, BookingId booking);

}  // namespace ticketd::storage
