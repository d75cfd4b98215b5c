#include "storage/checkins.h"

#include "base/base64.h"
#include "postgres/rows.h"
#include "storage/admin.h"
#include "storage/tickets.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

#define DOOR "encode(ticket_key, 'base64') AS ticket_key, reentry, opens_minutes"
const Statement kFindDoor{"find_door", "SELECT " DOOR " FROM doors WHERE event_id = $1"};
const Statement kUpdateDoor{"update_door", R"(
  UPDATE doors SET reentry = coalesce($2, reentry), opens_minutes = coalesce($3::integer, opens_minutes)
  WHERE event_id = $1 RETURNING )" DOOR};

#define CHECKIN                                                                                                 \
  "SELECT id, booking_id, number, result, because, gate, device, user_id, epoch_ms(scanned_at) AS scanned_ms, " \
  "epoch_ms(created_at) AS created_ms, epoch_ms(undone_at) AS undone_ms, holder_name, type_name, "              \
  "epoch_ms(admitted_at) AS admitted_ms, admitted_gate FROM "
const Statement kCheckIn{"check_in", "SELECT check_in($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"};
const Statement kUndo{"undo_check_in", "SELECT undo_check_in($1, $2, $3, $4)"};
const Statement kFind{"find_checkin", CHECKIN "checkins_at_door WHERE id = $1"};
#define PAGE "AND (created_at, id) < ($2, $3::uuid) ORDER BY created_at DESC, id DESC LIMIT $4"
const Statement kList{"list_checkins", CHECKIN "checkins_at_door WHERE event_id = $1 " PAGE};
const Statement kListOfResult{"list_checkins_of_result",
                              CHECKIN "checkins_at_door WHERE event_id = $1 AND result = $5 " PAGE};

const Statement kFindEvent{"find_event_of_booking", "SELECT event_id FROM bookings WHERE id = $1"};

const Statement kFindAtDoor{"find_at_door",
                            "SELECT e.user_id AS owner, e.user_id = $2 OR " IS_ADMIN("$2") R"( AS may_scan,
    (SELECT count(*) FROM (SELECT FROM checkins c WHERE c.user_id = $2 AND c.is_guess AND c.created_at > $3 LIMIT 100) AS those) AS guesses,
    )" DOOR R"(
  FROM events e LEFT JOIN doors d ON d.event_id = e.id WHERE e.id = $1 AND e.forgotten_at IS NULL)"};

Door door_of(const pqxx::row& row) {
  return {bytes_of_base64(text_of(row["ticket_key"])).value(), text_of(row["reentry"]), int_of(row["opens_minutes"])};
}

Checkin checkin_of(const pqxx::row& row) {
  Checkin checkin;
  checkin.id = id_of<CheckinId>(row["id"]);
  checkin.result = text_of(row["result"]);
  checkin.because = optional_text(row["because"]);
  checkin.gate = optional_text(row["gate"]);
  checkin.device = optional_text(row["device"]);
  checkin.by = id_of<UserId>(row["user_id"]);
  checkin.scanned_at = time_of(row["scanned_ms"]);
  checkin.created_at = time_of(row["created_ms"]);
  checkin.undone_at = optional_time(row["undone_ms"]);
  checkin.booking = optional_id<BookingId>(row["booking_id"]);
  if (!checkin.booking) return checkin;
  checkin.number = int_of(row["number"]);
  checkin.holder_name = optional_text(row["holder_name"]);
  checkin.type_name = optional_text(row["type_name"]);
  checkin.admitted_at = optional_time(row["admitted_ms"]);
  checkin.admitted_gate = optional_text(row["admitted_gate"]);
  return checkin;
}

}  // namespace

std::optional<Door> find_door(pqxx::transaction_base& tx, EventId event) {
  const auto rows = run(tx, kFindDoor, event.str());
  return rows.empty() ? std::nullopt : std::optional(door_of(rows[0]));
}

std::optional<AtDoor> find_at_door(pqxx::transaction_base& tx, EventId event, UserId user, Time since) {
  const auto rows = run(tx, kFindAtDoor, event.str(), user.str(), format_time(since));
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  AtDoor found{id_of<UserId>(row["owner"]), row["may_scan"].as<bool>(), int_of(row["guesses"]), {}};
  if (!row["ticket_key"].is_null()) found.door = door_of(row);
  return found;
}

Door update_door(pqxx::transaction_base& tx, EventId event, const DoorChanges& changes, const std::string& fresh_key,
                 Time now) {
  find_or_add_ticket_key(tx, event, fresh_key, now);
  const auto minutes = changes.opens_minutes ? std::optional(std::to_string(*changes.opens_minutes)) : std::nullopt;
  return door_of(run(tx, kUpdateDoor, event.str(), or_null(changes.reentry), or_null(minutes))[0]);
}

std::optional<Checkin> check_in(pqxx::transaction_base& tx, const Scan& scan, Time now) {
  const auto& ticket = scan.ticket;
  const auto booking = ticket ? std::optional(ticket->booking.str()) : std::nullopt;
  const auto* seen = ticket ? "ticket" : scan.is_of_other_event ? "wrong_event" : scan.is_guess ? "guess" : "unknown";
  const auto id = optional_text(
      run(tx, kCheckIn, scan.id.str(), scan.event.str(), seen, or_null(booking), ticket ? ticket->number : 0,
          ticket ? ticket->generation : 0, scan.goes_out ? "out" : "in", scan.late, format_time(scan.scanned_at),
          format_time(now), or_null(scan.gate), or_null(scan.device), scan.by.str(), scan.nonce)[0][0]);
  if (!id) return std::nullopt;
  return checkin_of(run(tx, kFind, *id)[0]);  // another statement, which sees what the first one did
}

std::optional<Checkin> undo_check_in(pqxx::transaction_base& tx, EventId event, CheckinId id, UserId by, Time now) {
  if (run(tx, kUndo, id.str(), event.str(), by.str(), format_time(now))[0][0].is_null()) return std::nullopt;
  return checkin_of(run(tx, kFind, id.str())[0]);
}

std::vector<Checkin> list_checkins(pqxx::transaction_base& tx, EventId event, const std::optional<std::string>& result,
                                   const std::optional<Cursor>& after, int limit) {
  const auto [time, id] = behind(after);
  return list_of(result ? run(tx, kListOfResult, event.str(), time, id, limit, *result)
                        : run(tx, kList, event.str(), time, id, limit),
                 checkin_of);
}

std::optional<EventId> find_event_of_booking(pqxx::transaction_base& tx, BookingId booking) {
  const auto rows = run(tx, kFindEvent, booking.str());
  return rows.empty() ? std::nullopt : std::optional(id_of<EventId>(rows[0][0]));
}

}  // namespace ticketd::storage
