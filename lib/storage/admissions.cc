#include "storage/admissions.h"

#include "postgres/array_parameter.h"
#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const Statement kLockBookings{"lock_bookings",
                              "SELECT FROM bookings WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE"};

const Statement kLoadAdmitted{"load_admitted_tickets", R"(
  SELECT b.event_id, t.booking_id, t.number FROM tickets t JOIN bookings b ON b.id = t.booking_id
  WHERE t.booking_id = ANY ($1::uuid[]) AND t.admitted_at IS NOT NULL)"};

}  // namespace

void load_admissions(pqxx::work& tx, LoadedBatch& batch) {
  ArrayParameter<BookingId> bookings;
  for (const auto& [id, event] : batch.events) {
    if (!event.admits) continue;
    for (const auto& booking : event.live()) {
      if (event.find(booking)->state == domain::BookingState::confirmed) bookings.add(booking);
    }
  }
  if (bookings.empty()) return;
  run(tx, kLockBookings, bookings.binary());
  for (const auto& row : run(tx, kLoadAdmitted, bookings.binary())) {
    domain::TicketNumbers number;
    number.set(row["number"].as<std::size_t>());
    batch.events.at(id_of<EventId>(row["event_id"])).admit(id_of<BookingId>(row["booking_id"]), number);
  }
}

}  // namespace ticketd::storage
