#include "domain/fact.h"

#include <array>

#include "base/overloaded.h"

namespace ticketd::domain {
namespace {

constexpr std::array<std::string_view, kOutcomes> kOutcomeNames = {
    "confirmed", "waitlisted", "rejected", "cancelled", "nothing_to_cancel",
    "updated",   "deleted",    "shrunk",   "held",      "confirmed_held"};
constexpr std::array<std::string_view, 23> kReasonNames = {"limit_reached",
                                                           "event_over",
                                                           "event_cancelled",
                                                           "event_not_found",
                                                           "not_event_owner",
                                                           "capacity_below_confirmed",
                                                           "ends_before_start",
                                                           "never_fits",
                                                           "not_waiting",
                                                           "line_closed",
                                                           "not_held",
                                                           "offer_expired",
                                                           "not_yours_to_confirm",
                                                           "ticket_type_not_found",
                                                           "sale_not_started",
                                                           "sale_ended",
                                                           "type_limit_reached",
                                                           "event_has_pools",
                                                           "pool_not_found",
                                                           "type_has_bookings",
                                                           "line_not_empty",
                                                           "too_many",
                                                           "ticket_admitted"};

Outcome seated(const Booking& booking) {
  return booking.state == BookingState::held ? Outcome::held : Outcome::confirmed;
}

}  // namespace

std::string_view name_of(Outcome outcome) { return kOutcomeNames.at(static_cast<std::size_t>(outcome)); }
std::string_view name_of(Reason reason) { return kReasonNames.at(static_cast<std::size_t>(reason)); }

std::optional<Outcome> outcome_of(const Fact& fact) {
  using Maybe = std::optional<Outcome>;
  return std::visit(
      Overloaded{
          [](const Booked& it) { return Maybe(seated(it.booking)); },
          [](const Waitlisted&) { return Maybe(Outcome::waitlisted); },
          [](const Rejected&) { return Maybe(Outcome::rejected); },
          [](const Cancelled&) { return Maybe(Outcome::cancelled); },
          [](const BookingChanged& it) { return Maybe(it.given_back > 0 ? Outcome::shrunk : Outcome::updated); },
          [](const NothingToCancel&) { return Maybe(Outcome::nothing_to_cancel); },
          [](const EventUpdated&) { return Maybe(Outcome::updated); },
          [](const EventDeleted&) { return Maybe(Outcome::deleted); },
          [](const EventMoved&) { return Maybe(); },
          [](const EventGrew&) { return Maybe(); },
          [](const LineClosed&) { return Maybe(); },
          [](const Promoted&) { return Maybe(); },
          [](const RestWaits&) { return Maybe(); },
          [](const NeverFits&) { return Maybe(); },
          [](const HoldConfirmed&) { return Maybe(Outcome::confirmed_held); },
          [](const OrganiserConfirmed&) { return Maybe(); },
          [](const HoldExpired&) { return Maybe(); },
      },
      fact);
}

std::optional<Reason> reason_of(const Fact& fact) {
  const auto* rejected = std::get_if<Rejected>(&fact);
  return rejected != nullptr ? std::optional(rejected->reason) : std::nullopt;
}

const Booking* changed_booking(const Fact& fact) {
  using Changed = const Booking*;
  return std::visit(Overloaded{
                        [](const Booked& it) { return &it.booking; },
                        [](const Waitlisted& it) { return &it.booking; },
                        [](const Rejected&) { return Changed(); },
                        [](const Cancelled& it) { return &it.booking; },
                        [](const BookingChanged& it) { return &it.booking; },
                        [](const NothingToCancel&) { return Changed(); },
                        [](const EventUpdated&) { return Changed(); },
                        [](const EventDeleted&) { return Changed(); },
                        [](const EventMoved&) { return Changed(); },
                        [](const EventGrew&) { return Changed(); },
                        [](const LineClosed&) { return Changed(); },
                        [](const Promoted& it) { return &it.booking; },
                        [](const RestWaits& it) { return &it.booking; },
                        [](const NeverFits& it) { return &it.booking; },
                        [](const HoldConfirmed& it) { return &it.booking; },
                        [](const OrganiserConfirmed& it) { return &it.booking; },
                        [](const HoldExpired& it) { return &it.booking; },
                    },
                    fact);
}

std::optional<BookingId> booking_of(const Fact& fact) {
  if (const auto* rejected = std::get_if<Rejected>(&fact)) return rejected->booking;
  const auto* booking = changed_booking(fact);
  return booking != nullptr ? std::optional(booking->id) : std::nullopt;
}

bool changes_event(const Fact& fact) {
  return std::visit(Overloaded{
                        [](const Booked&) { return true; },
                        [](const Waitlisted&) { return true; },
                        [](const Rejected&) { return false; },
                        [](const Cancelled&) { return true; },
                        [](const BookingChanged&) { return true; },
                        [](const NothingToCancel&) { return false; },
                        [](const EventUpdated&) { return true; },
                        [](const EventDeleted&) { return true; },
                        [](const EventMoved&) { return false; },
                        [](const EventGrew&) { return true; },
                        [](const LineClosed&) { return true; },
                        [](const Promoted&) { return true; },
                        [](const RestWaits&) { return true; },
                        [](const NeverFits&) { return true; },
                        [](const HoldConfirmed&) { return true; },
                        [](const OrganiserConfirmed&) { return false; },
                        [](const HoldExpired&) { return true; },
                    },
                    fact);
}

std::optional<UserId> other_user_of(const Fact& fact) {
  using Maybe = std::optional<UserId>;
  return std::visit(Overloaded{
                        [](const Booked&) { return Maybe(); },
                        [](const Waitlisted&) { return Maybe(); },
                        [](const Rejected&) { return Maybe(); },
                        [](const Cancelled&) { return Maybe(); },
                        [](const BookingChanged&) { return Maybe(); },
                        [](const NothingToCancel&) { return Maybe(); },
                        [](const EventUpdated&) { return Maybe(); },
                        [](const EventDeleted&) { return Maybe(); },
                        [](const EventMoved&) { return Maybe(); },
                        [](const EventGrew&) { return Maybe(); },
                        [](const LineClosed&) { return Maybe(); },
                        [](const Promoted& it) { return Maybe(it.booking.user); },
                        [](const RestWaits&) { return Maybe(); },
                        [](const NeverFits& it) { return Maybe(it.booking.user); },
                        [](const HoldConfirmed&) { return Maybe(); },
                        [](const OrganiserConfirmed& it) { return Maybe(it.booking.user); },
                        [](const HoldExpired& it) { return Maybe(it.booking.user); },
                    },
                    fact);
}

}  // namespace ticketd::domain
