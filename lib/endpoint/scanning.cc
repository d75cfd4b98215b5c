#include "endpoint/scanning.h"

#include "auth/ticket_code.h"

namespace ticketd {
namespace {

constexpr int kGuessesMax = 20;
constexpr std::chrono::seconds kGuessesWithin{60};

// Says whose ticket the code is: this event's, or another one's if it was made for that.
void read_code(pqxx::transaction_base& tx, storage::Scan& scan, const std::string& text, const storage::AtDoor& door) {
  const auto code = auth::parse_ticket_code(text);
  if (!code) return;
  if (door.door && auth::is_ticket_code_of(text, door.door->ticket_key)) {
    scan.ticket = {code->booking, code->number, code->generation};
    return;
  }
  const auto event = storage::find_event_of_booking(tx, code->booking);
  const auto other = event && *event != scan.event ? storage::find_door(tx, *event) : std::nullopt;
  scan.is_of_other_event = other && auth::is_ticket_code_of(text, other->ticket_key);
  scan.is_guess = !scan.is_of_other_event;
}

}  // namespace

Result<storage::AtDoor> find_at_door(App& app, EventId event, UserId steward) {
  const auto found = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    return storage::find_at_door(tx, event, steward, app.clock.now() - kGuessesWithin);
  });
  if (!found) return Refusal{Code::event_not_found};
  if (!found->may_scan) return Refusal{Code::not_event_owner};
  if (found->guesses >= kGuessesMax)
    return Refusal{Code::rate_limited, "Too many codes that nobody made; wait", {}, int{kGuessesWithin.count()}};
  return *found;
}

Result<storage::Checkin> answer_scan(App& app, SentScan sent, EventId event, UserId steward,
                                     const storage::AtDoor& door) {
  const auto now = app.clock.now();
  auto& scan = sent.scan;
  scan.id = CheckinId::make(now, app.random);
  scan.event = event;
  scan.by = steward;
  auto checkin = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    read_code(tx, scan, sent.code, door);
    return storage::check_in(tx, scan, now);
  });
  if (!checkin) return Refusal{Code::idempotency_key_reused, "Another ticket was scanned with the nonce " + scan.nonce};
  return std::move(*checkin);
}

}  // namespace ticketd
