#include "storage/tickets.h"

#include "base/base64.h"
#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const Statement kList{"list_tickets", R"(
  SELECT n.number, coalesce(t.generation, 0) AS generation, t.holder_name, epoch_ms(t.admitted_at) AS admitted_ms
  FROM bookings b CROSS JOIN LATERAL generate_series(1, 100) AS n (number) LEFT JOIN tickets t ON t.booking_id = b.id AND t.number = n.number
  WHERE b.id = $1 AND has_ticket(n.number, b.quantity, b.given_back) ORDER BY n.number)"};

const Statement kAddKey{"add_ticket_key", R"(
  INSERT INTO doors (event_id, ticket_key, created_at) VALUES ($1, decode($2, 'base64'), $3) ON CONFLICT DO NOTHING)"};
const Statement kFindKey{"find_ticket_key", "SELECT encode(ticket_key, 'base64') FROM doors WHERE event_id = $1"};

const Statement kSetHolderName{"set_holder_name", R"(
  INSERT INTO tickets (booking_id, number, holder_name) VALUES ($1, $2, $3)
  ON CONFLICT (booking_id, number) DO UPDATE SET holder_name = excluded.holder_name)"};

const Statement kReissue{"reissue_ticket", "SELECT reissue_ticket($1, $2, $3, $4)"};

}  // namespace

std::vector<Ticket> list_tickets(pqxx::transaction_base& tx, BookingId booking) {
  return list_of(run(tx, kList, booking.str()), [](const pqxx::row& row) -> Ticket {
    return {int_of(row["number"]), int_of(row["generation"]), optional_text(row["holder_name"]),
            optional_time(row["admitted_ms"])};
  });
}

std::string find_or_add_ticket_key(pqxx::transaction_base& tx, EventId event, const std::string& fresh, Time now) {
  auto rows = run(tx, kFindKey, event.str());
  if (rows.empty()) {
    run(tx, kAddKey, event.str(), base64_of(fresh), format_time(now));
    rows = run(tx, kFindKey, event.str());
  }
  return bytes_of_base64(text_of(rows[0][0])).value();
}

void set_holder_name(pqxx::transaction_base& tx, BookingId booking, int number,
                     const std::optional<std::string>& holder_name) {
  run(tx, kSetHolderName, booking.str(), number, or_null(holder_name));
}

std::optional<int> reissue_ticket(pqxx::transaction_base& tx, BookingId booking, int number, UserId user, Time now) {
  return optional_int(run(tx, kReissue, booking.str(), number, user.str(), format_time(now))[0][0]);
}

}  // namespace ticketd::storage
