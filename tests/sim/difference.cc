#include "sim/difference.h"

#include <algorithm>

namespace ticketd::sim {
namespace {

std::string numbers_of(const domain::Fact& fact) {
  if (const auto* it = std::get_if<domain::Booked>(&fact)) return ' ' + got(it->booking.quantity, it->missing);
  if (const auto* it = std::get_if<domain::Waitlisted>(&fact)) return ' ' + std::to_string(it->place);
  const auto* confirmed = std::get_if<domain::HoldConfirmed>(&fact);
  if (confirmed != nullptr && confirmed->given_back > 0) return ' ' + std::to_string(confirmed->given_back);
  const auto* it = std::get_if<domain::BookingChanged>(&fact);
  return it != nullptr && it->given_back > 0 ? ' ' + std::to_string(it->given_back) : "";
}

domain::BookingState state_of(const Model::Row& row) {
  switch (row.state) {
    case Model::Row::State::confirmed: return domain::BookingState::confirmed;
    case Model::Row::State::held: return domain::BookingState::held;
    case Model::Row::State::waiting: return domain::BookingState::waitlisted;
    case Model::Row::State::gone: break;
  }
  return domain::BookingState::cancelled;
}

std::string name(domain::BookingState state) { return std::string(name_of(state)); }

std::string pool_differs(const domain::SeatPool& pool, const Model::Pool& expected, const Model& model) {
  if (pool.id != expected.id) return "the order of the pools differs";
  if (pool.capacity != expected.capacity) return "the capacity differs";
  if (pool.capacity_to_be() != expected.capacity_to_be()) return "the capacity to be differs";
  if (pool.held_back != expected.held_back) return "what is held back differs";
  if (pool.taken() != model.taken(pool.id)) return "the taken tickets differ";
  if (pool.waiting_entries != model.waiting_entries(pool.id)) return "the waiting entries differ";
  if (pool.waiting_tickets != model.waiting_tickets(pool.id)) return "the waiting tickets differ";
  if (pool.saved != model.is_saved(expected)) return "what is free is saved, or is not";
  if (model.has_misfits(expected) && !pool.has_misfits) return "somebody who never fits is forgotten";
  // So the list of those who were served past others does not grow for ever.
  const auto served_past = static_cast<int>(pool.served_past.size());
  if (pool.waiting_entries > 0 && served_past != model.skips_of_first(pool.id)) return "the list of skips differs";
  return "";
}

// Of types of its own alone. Those of the only one of an event without are stored nowhere.
std::string type_differs(const domain::TicketType& type, const Model::Type& expected, const Model& model) {
  if (type.id != expected.id) return "the order of the types differs";
  if (type.pool != expected.pool) return "a type has another pool";
  if (type.position != expected.position) return "the position of a type differs";
  if (type.limit != expected.limit) return "the limit of a type differs";
  if (type.sales != domain::SalesWindow{expected.sales_start, expected.sales_end}) return "when a type is sold differs";
  if (type.max_per_booking != expected.max_per_booking) return "the limit per booking of a type differs";
  if (type.visibility != expected.visibility || type.archived != expected.archived) return "who finds a type differs";
  if (type.live != model.live_tickets(type.id)) return "the live tickets of a type differ";
  if (type.waiting != model.waiting_tickets(type.id)) return "the waiting tickets of a type differ";
  return "";
}

std::string counters(const domain::EventState& event, const Model& model) {
  if (event.edition != model.edition()) return "the edition differs";
  if (event.status != domain::EventStatus::open && event.goes_on()) return "a deleted event goes on";
  if (event.pools.size() != model.pools().size()) return "there are more or fewer pools";
  if (event.types.size() != model.types().size()) return "there are more or fewer types";
  for (std::size_t i = 0; i < event.pools.size(); ++i) {
    if (auto differs = pool_differs(event.pools[i], model.pools()[i], model); !differs.empty()) return differs;
  }
  for (std::size_t i = 0; i < event.types.size() && event.edition >= domain::kEditionOfPools; ++i) {
    if (auto differs = type_differs(event.types[i], model.types()[i], model); !differs.empty()) return differs;
  }
  return "";
}

std::string waiting(const domain::SeatPool& pool, const domain::Booking& booking, const Model::Row& expected) {
  if (booking.accept_fewer != expected.accept_fewer) return "a waiting booking takes fewer, or does not";
  const auto skips = std::count_if(pool.served_past.begin(), pool.served_past.end(),
                                   [&](std::int64_t seq) { return seq > booking.seq; });
  if (skips == expected.skips) return "";
  return "an entry has " + std::to_string(skips) + " skips, expected " + std::to_string(expected.skips);
}

// What is stored of numbers is those that are missing below the highest.
std::string numbered(const domain::Booking& booking, const Model::Row& expected) {
  const auto tickets = Model::tickets_of(expected);
  if (numbers_of(booking) != tickets)
    return "a booking has the tickets " + domain::ticket_numbers_text(numbers_of(booking)) + ", expected " +
           domain::ticket_numbers_text(tickets);
  domain::TicketNumbers missing;
  for (std::size_t n = 1, left = tickets.count(); left > 0; ++n) {
    if (tickets[n]) {
      --left;
    } else {
      missing.set(n);
    }
  }
  return booking.given_back == missing ? "" : "what is stored of given back numbers differs";
}

std::string booked(const Tables& tables, const domain::Booking& booking, const Model::Row& expected) {
  const auto state = tables.state_of(booking);
  if (booking.user != expected.user) return "a booking is somebody else's";
  if (booking.pool != expected.pool) return "a booking is of another pool";
  if (booking.type != expected.type) return "a booking is of another type";
  if (state != state_of(expected)) return "a booking is " + name(state) + ", expected " + name(state_of(expected));
  if (booking.quantity != expected.quantity)
    return "a booking has " + std::to_string(booking.quantity) + " tickets, expected " +
           std::to_string(expected.quantity);
  if (state == domain::BookingState::held && booking.held_until != expected.held_until) return "the deadlines differ";
  if (domain::is_live(state)) {
    if (auto differs = numbered(booking, expected); !differs.empty()) return differs;
  }
  return state == domain::BookingState::waitlisted ? waiting(tables.event().pool(booking.pool), booking, expected) : "";
}

}  // namespace

std::string text_of(const domain::Fact& fact) {
  if (const auto* it = std::get_if<domain::Promoted>(&fact))
    return (it->booking.state == domain::BookingState::held ? "offered " : "promoted ") + it->booking.id.str() + ' ' +
           got(it->booking.quantity, it->missing);
  if (const auto* it = std::get_if<domain::NeverFits>(&fact)) return "never_fits " + it->booking.id.str();
  if (const auto* it = std::get_if<domain::HoldExpired>(&fact)) return "hold_expired " + it->booking.id.str();
  if (const auto* it = std::get_if<domain::OrganiserConfirmed>(&fact))
    return "organiser_confirmed " + it->booking.id.str();
  if (const auto* it = std::get_if<domain::LineClosed>(&fact))
    return it->is_news ? "line_closed" : "line_closed silently";
  if (!outcome_of(fact)) return "";
  std::string text(name_of(*outcome_of(fact)));
  if (const auto reason = reason_of(fact)) text += ' ' + std::string(name_of(*reason));
  return text + numbers_of(fact);
}

std::string difference(const Tables& tables, const Model& model) {
  if (auto differs = counters(tables.event(), model); !differs.empty()) return differs;
  if (tables.rows().size() != model.rows().size()) return "there are more or fewer bookings";
  std::int64_t last_seq = 0;
  for (const auto& expected : model.rows()) {
    const auto found = tables.rows().find(expected.id);
    if (found == tables.rows().end()) return "a booking is missing";
    const auto& booking = found->second.booking;
    if (auto differs = booked(tables, booking, expected); !differs.empty()) return differs;
    if (booking.seq <= last_seq) return "the order of acceptance differs";
    last_seq = booking.seq;
  }
  return "";
}

}  // namespace ticketd::sim
