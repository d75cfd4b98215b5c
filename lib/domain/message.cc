#include "domain/message.h"

#include <array>

#include "base/json_text.h"
#include "base/overloaded.h"
#include "base/text.h"

namespace ticketd::domain {
namespace {

using Kind = NotificationKind;

constexpr std::array<std::string_view, kNotificationKinds> kNames = {
    "booked",          "waitlisted",    "promoted",      "cancelled",   "nothing_to_cancel",
    "rejected",        "event_updated", "event_deleted", "event_moved", "line_closed",
    "booking_changed", "never_fits",    "held",          "offered",     "confirmed",
    "expired",         "failed",        "webhook_off",   "reminder",    "organiser_message"};

std::string in_quotes(std::string_view title) { return '"' + isolated(title) + '"'; }

// "Your ticket for X is", "Your 4 tickets for X are"
std::string tickets_are(int quantity, const std::string& event) {
  return quantity == 1 ? "our ticket for " + event + " is"
                       : "our " + std::to_string(quantity) + " tickets for " + event + " are";
}

std::string tickets(int quantity) { return std::to_string(quantity) + (quantity == 1 ? " ticket" : " tickets"); }

// What became of the rest of the wish, if not all of it was served.
std::string missing_text(int missing, const Booking& booking) {
  if (missing == 0) return "";
  if (booking.accept_fewer == Remainder::drop) return " There were no more free.";
  return " You wait for the other " + std::to_string(missing) + '.';
}

std::string changed_text(const Booking& booking, int given_back, const std::string& event) {
  if (booking.state == BookingState::waitlisted)
    return "You wait for " + tickets(booking.quantity) + " for " + event +
           (booking.accept_fewer ? " now, and take fewer if there are fewer." : " now.");
  return "You gave back " + tickets(given_back) + " for " + event + ", and keep " + std::to_string(booking.quantity) +
         '.';
}

std::string waiting_text(const Waitlisted& it, const std::string& event) {
  const int wish = it.booking.quantity;
  return event +
         (wish > 1             ? " has no " + std::to_string(wish) + " seats free now."
          : it.event_has_pools ? " has no seat of this kind free now."
                               : " is sold out.") +
         " You are on the waiting list at place " + std::to_string(it.place) + " and get " +
         (wish == 1 ? "the next free seat" : std::to_string(wish) + " seats together") + " automatically.";
}

// What became of the rest of the wish, among the arguments.
void add_missing(JsonText& arguments, int missing, const Booking& booking) {
  if (missing > 0) arguments.set(booking.accept_fewer == Remainder::drop ? "dropped" : "waits", missing);
}

JsonText tickets_of(const Booking& booking) { return JsonText::object({{"quantity", booking.quantity}}); }

// Of seats that were got: now, or by moving up.
std::string seats_of(const Booking& booking, int missing) {
  auto arguments = tickets_of(booking);
  if (booking.state == BookingState::held) arguments.set("until", format_time(booking.held_until));
  add_missing(arguments, missing, booking);
  return arguments.str();
}

std::string rest_of(const Booking& booking, int given_back) {
  if (booking.state == BookingState::waitlisted) return JsonText::object({{"waits", booking.quantity}}).str();
  auto arguments = tickets_of(booking);
  if (given_back > 0) arguments.set("given_back", given_back);
  return arguments.str();
}

// Of seats that are held.
std::string until_text(const Booking& booking) {
  return "until " + format_time(booking.held_until).value_or("") +
         (booking.quantity == 1 ? ". Unless it is confirmed by then, others get it."
                                : ". Unless they are confirmed by then, others get them.");
}

Message booked_message(const Booked& it, const std::string& event) {
  const auto tickets = 'Y' + tickets_are(it.booking.quantity, event);
  const auto missing = missing_text(it.missing, it.booking);
  if (it.booking.state == BookingState::held)
    return {Kind::held, tickets + " held for you " + until_text(it.booking) + missing,
            seats_of(it.booking, it.missing)};
  return {Kind::booked, tickets + " booked." + missing, seats_of(it.booking, it.missing)};
}

Message promoted_message(const Promoted& it, const std::string& event) {
  const auto freed = it.booking.quantity == 1 ? "A seat" : std::to_string(it.booking.quantity) + " seats";
  const auto missing = missing_text(it.missing, it.booking);
  const auto tickets =
      freed + " became free: you moved up from the waiting list, and y" + tickets_are(it.booking.quantity, event);
  if (it.booking.state == BookingState::held)
    return {Kind::offered, tickets + " held for you " + until_text(it.booking) + missing,
            seats_of(it.booking, it.missing)};
  return {Kind::promoted, tickets + " booked." + missing, seats_of(it.booking, it.missing)};
}

std::string confirmed_text(const Booking& booking, const std::string& event) {
  return 'Y' + tickets_are(booking.quantity, event) + " confirmed.";
}

std::string confirmed_text(const HoldConfirmed& it, bool is_own, const std::string& event) {
  return (is_own ? confirmed_text(it.booking, event)
                 : "You confirmed " + tickets(it.booking.quantity) + " for " + event + '.') +
         (it.given_back > 0 ? " The other " + std::to_string(it.given_back) + " went back." : "");
}

std::string rejection_text(Reason reason, CommandKind kind, const std::string& event) {
  const std::string what = kind == CommandKind::book      ? "Your booking for "
                           : kind == CommandKind::confirm ? "Your confirmation for "
                                                          : "Your change of ";
  switch (reason) {
    case Reason::limit_reached:
      return what + event + " was not made: it would be over the limit of tickets per person.";
    case Reason::event_over: return what + event + " was not made: the event is over.";
    case Reason::event_cancelled: return what + event + " was not made: the event was cancelled.";
    case Reason::event_not_found: return what + "an event was not made: there is no such event.";
    case Reason::not_event_owner: return what + event + " was not made: only its owner may change it.";
    case Reason::capacity_below_confirmed:
      return what + event + " was not made: more tickets are booked than you want to offer.";
    case Reason::ends_before_start: return what + event + " was not made: it would end before it starts.";
    case Reason::never_fits: return what + event + " was not made: there are not so many seats of this kind.";
    case Reason::not_waiting: return what + event + " was not made: your booking does not wait any more.";
    case Reason::line_closed: return what + event + " was not made: it is sold out, and its waiting list is closed.";
    case Reason::not_held: return what + event + " was not made: no seats are held for this booking.";
    case Reason::offer_expired: return what + event + " was not made: the seats were held until an earlier moment.";
    case Reason::not_yours_to_confirm: return what + event + " was not made: somebody else confirms its bookings.";
    case Reason::ticket_type_not_found: return what + event + " was not made: it has no such ticket type.";
    case Reason::sale_not_started: return what + event + " was not made: these tickets are not on sale yet.";
    case Reason::sale_ended: return what + event + " was not made: these tickets are not on sale any more.";
    case Reason::type_limit_reached: return what + event + " was not made: there are no more tickets of this type.";
    case Reason::event_has_pools: return what + event + " was not made: each of its pools has its own number of seats.";
    case Reason::pool_not_found: return what + event + " was not made: it has no such pool.";
    case Reason::type_has_bookings: return what + event + " was not made: the ticket type has bookings in its pool.";
    case Reason::line_not_empty: return what + event + " was not made: people wait for these seats.";
    case Reason::too_many: return what + event + " was not made: it has as many pools or ticket types as it may have.";
    case Reason::ticket_admitted: return what + event + " was not made: somebody was let in with a ticket of it.";
  }
  return what + event + " was not made.";
}

}  // namespace

std::string_view name_of(NotificationKind kind) { return kNames.at(static_cast<std::size_t>(kind)); }

std::optional<Message> message_of(const BatchFact& fact) {
  const auto event = in_quotes(fact.title);
  using Maybe = std::optional<Message>;
  return std::visit(
      Overloaded{
          [&](const Booked& it) { return Maybe(booked_message(it, event)); },
          [&](const Waitlisted& it) {
            return Maybe(
                {Kind::waitlisted, waiting_text(it, event), tickets_of(it.booking).set("place", it.place).str()});
          },
          [&](const Rejected& rejected) {
            const auto kind = fact.command->kind();
            return Maybe({Kind::rejected, rejection_text(rejected.reason, kind, event),
                          JsonText::object({{"reason", name_of(rejected.reason)}, {"command", name_of(kind)}}).str()});
          },
          [&](const Cancelled&) { return Maybe({Kind::cancelled, "Your booking for " + event + " is cancelled."}); },
          [&](const BookingChanged& it) {
            return Maybe({Kind::booking_changed, changed_text(it.booking, it.given_back, event),
                          rest_of(it.booking, it.given_back)});
          },
          [&](const NothingToCancel&) {
            return Maybe({Kind::nothing_to_cancel, fact.has_event()
                                                       ? "You have no booking for " + event + " to cancel."
                                                       : "You have no booking to cancel: there is no such event."});
          },
          [&](const EventUpdated&) { return Maybe({Kind::event_updated, event + " was changed."}); },
          [&](const EventDeleted& deleted) {
            return Maybe({Kind::event_deleted,
                          event + (deleted.was_over ? " was deleted."
                                                    : " was deleted; everyone with a booking is being told.")});
          },
          [](const EventMoved&) { return Maybe(); },
          [](const EventGrew&) { return Maybe(); },
          [](const LineClosed&) { return Maybe(); },
          [&](const Promoted& it) { return Maybe(promoted_message(it, event)); },
          [](const RestWaits&) { return Maybe(); },
          [&](const NeverFits& it) {
            return Maybe({Kind::never_fits,
                          event + " has fewer seats now than the " + std::to_string(it.booking.quantity) +
                              " that you waited for. You are no longer on the waiting list.",
                          tickets_of(it.booking).str()});
          },
          [&](const HoldConfirmed& it) {
            return Maybe({Kind::confirmed, confirmed_text(it, it.booking.user == fact.command->user, event),
                          rest_of(it.booking, it.given_back)});
          },
          [&](const OrganiserConfirmed& it) {
            return Maybe({Kind::confirmed, confirmed_text(it.booking, event), tickets_of(it.booking).str()});
          },
          [&](const HoldExpired& it) {
            return Maybe({Kind::expired,
                          "The time to confirm " + tickets(it.booking.quantity) + " for " + event +
                              " has passed; others get them.",
                          tickets_of(it.booking).str()});
          },
      },
      fact.fact);
}

Message event_deleted_message(std::string_view title) {
  return {Kind::event_deleted, in_quotes(title) + " was cancelled by its organiser, and with it your booking."};
}

Message event_moved_message(std::string_view title, Time starts_at, Time ends_at) {
  return {Kind::event_moved, in_quotes(title) + " has another date or place. It begins at " + format_time(starts_at) +
                                 " and ends at " + format_time(ends_at) +
                                 "; your booking, or your place on the waiting list, stays."};
}

Message line_closed_message(std::string_view title, bool is_over) {
  return {Kind::line_closed,
          is_over ? in_quotes(title) + " is over, and no seat became free for you."
                  : "The waiting list of " + in_quotes(title) + " is closed, and no seat became free for you."};
}

Message failed_message(CommandKind kind) {
  return {Kind::failed,
          "Your " +
              std::string(kind == CommandKind::cancel    ? "cancellation"
                          : kind == CommandKind::book    ? "booking"
                          : kind == CommandKind::confirm ? "confirmation"
                                                         : "change") +
              " could not be carried out because of an error on our side. We have been told; please try again later.",
          JsonText::object({{"command", name_of(kind)}}).str()};
}

Message webhook_off_message(std::string_view host, bool is_gone) {
  return {Kind::webhook_off, "Your webhook at " + std::string(host) +
                                 (is_gone ? " answered that it is gone, and was switched off."
                                          : " has taken nothing for five days, and was switched off.")};
}

Message reminder_message(std::string_view title, Time starts_at) {
  return {Kind::reminder, in_quotes(title) + " begins at " + format_time(starts_at) + '.'};
}

Message organiser_message(std::string_view title, const std::string& subject, const std::string& text) {
  return {Kind::organiser_message, in_quotes(title) + ": " + subject + "\n\n" + text,
          JsonText::object({{"subject", subject}}).str()};
}

std::string processing_text(CommandKind kind) {
  switch (kind) {
    case CommandKind::book: return "Your booking is being processed.";
    case CommandKind::cancel: return "Your cancellation is being processed.";
    case CommandKind::confirm: return "Your confirmation is being processed.";
    case CommandKind::update_booking:
    case CommandKind::update_event:
    case CommandKind::set_pool:
    case CommandKind::set_ticket_type:
    case CommandKind::delete_event:
    case CommandKind::settle: return "Your change is being processed.";
  }
  return "Your request is being processed.";
}

}  // namespace ticketd::domain
