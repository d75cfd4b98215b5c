// What a decision made happen, as data. Rows, counters, notifications, log lines and metrics are derived from facts,
// each in one place, and nowhere is a second look taken at what happened:
//
//   storage/command_rows       how each command ended
//   storage/booking_rows       bookings
//   storage/event_rows         counters, state and fields of events
//   storage/bulk_changes       what happens to many bookings of an event at once, in pieces
//   storage/notification_rows  what users are told, in the words of domain/message.h
//   worker/fact_log            log lines
//   worker/fact_metrics        metrics
//   worker/drain.cc            the events whose bookings the queue refuses from now on
//
// A new kind of fact does not compile until fact.cc, message.cc and booking_rows.cc have said what they make of it. The
// others go by what fact.cc says of it (how the command ended, whom it concerns, whether the event changes); whoever
// adds one reads them, too.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/event_state.h"

namespace ticketd::domain {

enum class Reason {
  limit_reached,
  event_over,
  event_cancelled,
  event_not_found,
  not_event_owner,
  capacity_below_confirmed,
  ends_before_start,
  never_fits,
  not_waiting,
  line_closed,
  not_held,
  offer_expired,
  not_yours_to_confirm,
  ticket_type_not_found,
  sale_not_started,
  sale_ended,
  type_limit_reached,
  event_has_pools,
  pool_not_found,
  type_has_bookings,
  line_not_empty,
  too_many,  // pools or ticket types
  ticket_admitted
};
std::string_view name_of(Reason reason);

// Bookings are as the fact leaves them. One that is booked or promoted has its seats, or they are held for it.
struct Booked {
  Booking booking;
  int missing = 0;  // of the tickets that were wanted
};
struct Waitlisted {
  Booking booking;
  int place = 0;                 // in the waiting list of its pool, from 1
  bool event_has_pools = false;  // others, which may have seats
};
struct Rejected {
  Reason reason = Reason::event_not_found;
  std::optional<BookingId> booking;  // the one that was not made, of an event that exists
};
struct Cancelled {
  Booking booking;
};
// It has fewer tickets, or takes fewer from now on.
struct BookingChanged {
  Booking booking;
  int given_back = 0;  // tickets
};
// What was held is confirmed.
struct HoldConfirmed {
  Booking booking;
  int given_back = 0;  // tickets
};
// It was by the organiser: the booking's user is told, too.
struct OrganiserConfirmed {
  Booking booking;
};
// What was held was not confirmed in time.
struct HoldExpired {
  Booking booking;
};
struct NothingToCancel {};
struct EventUpdated {};  // as the command says
// Unless it was over, every live booking of it is cancelled, whether it is in the loaded part or not.
struct EventDeleted {
  bool was_over = false;
};
// It has another date or place: everyone with a live booking is told.
struct EventMoved {};
// A step of what time or an earlier decision left to do: it has more seats, and may get yet more of them
// (EventState::growing_to); some of those who wait for too much have ended, or will (has_misfits); seats are no longer
// saved.
struct EventGrew {};
// Every waiting entry with a seq below the event's line_closed_before has ended.
struct LineClosed {
  bool is_news = true;  // those who waited are told
};
// A waiting booking got its seats, not by the command that made it.
struct Promoted {
  Booking booking;
  int missing = 0;  // of the tickets that were wanted
};
// A new entry of the waiting list for what is missing of a booking that was served: the fact before tells of it.
struct RestWaits {
  Booking booking;
};
// A waiting booking ended: it wants more seats than the event has by now.
struct NeverFits {
  Booking booking;
};
using Fact = std::variant<Booked, Waitlisted, Rejected, Cancelled, BookingChanged, NothingToCancel, EventUpdated,
                          EventDeleted, EventMoved, EventGrew, LineClosed, Promoted, RestWaits, NeverFits,
                          HoldConfirmed, OrganiserConfirmed, HoldExpired>;

// How a command ended.
enum class Outcome {
  confirmed,
  waitlisted,
  rejected,
  cancelled,
  nothing_to_cancel,
  updated,
  deleted,
  shrunk,
  held,
  confirmed_held
};
constexpr std::size_t kOutcomes = 10;
std::string_view name_of(Outcome outcome);

// Every command from the queue has one fact that says how it ended; of the others, which follow from it, this is empty.
std::optional<Outcome> outcome_of(const Fact& fact);
// Of a Rejected.
std::optional<Reason> reason_of(const Fact& fact);
// The booking that was made, changed or ended, as the fact leaves it; null where there is none, or many.
const Booking* changed_booking(const Fact& fact);
// The booking that it is about, if there is one: also the one that a Rejected did not make.
std::optional<BookingId> booking_of(const Fact& fact);
// Did it change the event's row: its counters, its state or its fields?
bool changes_event(const Fact& fact);
// The user whom it concerns besides who sent the command, and who is told of it too.
std::optional<UserId> other_user_of(const Fact& fact);

// A fact among those of a batch.
struct BatchFact {
  const Command* command;  // that made it happen
  std::string title;       // the event's, when it happened; empty: there is no such event
  Fact fact;

  [[nodiscard]] bool has_event() const { return !title.empty(); }
};
// In the order in which they happened.
using BatchFacts = std::vector<BatchFact>;

}  // namespace ticketd::domain
