#include "storage/bookings.h"

#include "postgres/rows.h"
#include "storage/admin.h"
#include "storage/events.h"
#include "storage/live.h"
#include "storage/waiting_list.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

// $1: the time.
#define STATE_NOW CURRENT_STATE("b", "e", "$1::timestamptz")
#define BOOKING_COLUMNS(location) \
  "b.id, b.event_id, b.user_id, " STATE_NOW                                                                            \
  " AS state, CASE WHEN " IS_LEFT_WAITING("b", "e", "$1::timestamptz") " THEN 'line_closed' WHEN " \
  IS_OVERDUE("b", "e", "$1::timestamptz") " AND e.state <> 'cancelled' THEN 'offer_expired' ELSE b.reason END AS reason, " \
  "epoch_ms(CASE WHEN " STATE_NOW " = 'held' THEN " DEADLINE("b", "e") " END) AS expires_ms, " \
  "epoch_ms(b.created_at) AS created_ms, epoch_ms(b.updated_at) AS updated_ms, epoch_ms(b.promoted_at) AS promoted_ms, " \
  "epoch_ms(CASE WHEN " IS_OVERDUE("b", "e", "$1::timestamptz") " AND e.state <> 'cancelled' THEN " DEADLINE("b", "e") " WHEN b.state IN " LIVE_STATES " AND " STATE_NOW " = 'cancelled' THEN least(e.updated_at, $1) "       \
  "ELSE b.cancelled_at END) AS cancelled_ms, e.title, " location " AS location, e.state AS event_state, e.confirmed_by, "             \
  "epoch_ms(e.start_date_time) AS starts_ms, epoch_ms(e.end_date_time) AS ends_ms, epoch_ms(e.updated_at) AS event_updated_ms, b.quantity, b.remainder, "          \
  LINE_OF("b") " AS pool_id, coalesce(b.ticket_type_id, b.event_id) AS ticket_type_id, "                               \
  WHERE_POOLS("SELECT t.name FROM ticket_types t WHERE t.id = coalesce(b.ticket_type_id, b.event_id)") " AS type_name, " \
  WHERE_POOLS("SELECT t.price_label FROM ticket_types t WHERE t.id = coalesce(b.ticket_type_id, b.event_id)") " AS price_label, " \
  WHILE_WAITING(PLACE_IN_WAITING_LIST("b.event_id", LINE_OF("b"), "b.seq")) " AS position, "                           \
  WHILE_WAITING("CASE WHEN e.waiting_more > 0 THEN " TICKETS_AHEAD("b.event_id", LINE_OF("b"), "b.seq") " END") " AS tickets_ahead, " \
  WHILE_WAITING("greatest(0, e.max_skips - (SELECT count(*) FROM unnest(coalesce(" \
    WHERE_POOLS("SELECT p.served_past FROM seat_pools p WHERE p.id = " LINE_OF("b")) ", e.served_past)) AS past (seq) WHERE past.seq > b.seq))") " AS skips_left"
#define WHERE_POOLS(select) "CASE WHEN e.edition > 3 THEN (" select ") END"
#define WHILE_WAITING(value) "CASE WHEN " STATE_NOW " = 'waitlisted' THEN " value " END"

// There is always a row to begin behind: were it optional, PostgreSQL would read and sort all of a user's bookings.
const Statement kList{"list_bookings", "SELECT " BOOKING_COLUMNS(LISTED_TEXT("e.location")) R"(
  FROM bookings b JOIN events e ON e.id = b.event_id
  WHERE b.user_id = $2 AND (b.created_at, b.id) < ($5, $6::uuid) AND ($3::text IS NULL OR $3 = )" STATE_NOW R"()
    AND ($4::uuid IS NULL OR b.event_id = $4)
  ORDER BY b.created_at DESC, b.id DESC LIMIT $7)"};

const Statement kFind{"find_booking", "SELECT " BOOKING_COLUMNS("e.location") R"(
  FROM bookings b JOIN events e ON e.id = b.event_id WHERE b.id = $2 AND (b.user_id = $3 OR )" IS_ADMIN("$3") ")"};

const Statement kFindOfEvent{"find_booking_of_event", "SELECT " BOOKING_COLUMNS("e.location") R"(
  FROM bookings b JOIN events e ON e.id = b.event_id WHERE b.id = $2 AND b.event_id = $3)"};

const Statement kFindRequest{"find_request", R"(
  SELECT id, kind, state, outcome, reason, booking_id, event_id FROM commands
  WHERE id = $1 AND (user_id = $2 OR )" IS_ADMIN("$2") ")"};

// By the ids that were made in that millisecond, for no index knows the booking.
const Statement kFindCommand{"find_booking_command", R"(
  SELECT id FROM commands WHERE kind = 'book' AND id BETWEEN $2 AND $3 AND booking_id = $1)"};

void read_place(const pqxx::row& row, BookingDetails& booking) {
  const auto remainder = optional_text(row["remainder"]);
  if (remainder) booking.accept_fewer = domain::parse_remainder(*remainder);
  booking.place = int_of(row["position"]);
  // Where nobody in the line wants more than one, nobody counted them.
  booking.tickets_ahead = row["tickets_ahead"].is_null() ? *booking.place - 1 : int_of(row["tickets_ahead"]);
  booking.skips_left = int_of(row["skips_left"]);
}

BookingDetails booking_of(const pqxx::row& row) {
  BookingDetails booking;
  booking.id = id_of<BookingId>(row["id"]);
  booking.event = id_of<EventId>(row["event_id"]);
  booking.user = id_of<UserId>(row["user_id"]);
  booking.state = *domain::parse_booking_state(text_of(row["state"]));
  booking.reason = optional_text(row["reason"]);
  booking.quantity = int_of(row["quantity"]);
  booking.pool = id_of<PoolId>(row["pool_id"]);
  booking.type = id_of<TicketTypeId>(row["ticket_type_id"]);
  booking.type_name = optional_text(row["type_name"]);
  booking.price_label = optional_text(row["price_label"]);
  booking.expires_at = optional_time(row["expires_ms"]);
  booking.confirmed_by = domain::parse_confirmed_by(text_of(row["confirmed_by"])).value_or(booking.confirmed_by);
  if (booking.state == domain::BookingState::waitlisted) read_place(row, booking);
  booking.created_at = time_of(row["created_ms"]);
  booking.updated_at = time_of(row["updated_ms"]);
  booking.promoted_at = optional_time(row["promoted_ms"]);
  booking.cancelled_at = optional_time(row["cancelled_ms"]);
  booking.event_title = text_of(row["title"]);
  booking.event_location = text_of(row["location"]);
  booking.event_status = domain::parse_event_status(text_of(row["event_state"]));
  booking.event_starts_at = time_of(row["starts_ms"]);
  booking.event_ends_at = time_of(row["ends_ms"]);
  booking.event_updated_at = time_of(row["event_updated_ms"]);
  return booking;
}

}  // namespace

std::vector<BookingDetails> list_bookings(pqxx::transaction_base& tx, UserId user, const BookingFilter& filter,
                                          Time now) {
  const auto state = filter.state ? std::optional(std::string(domain::name_of(*filter.state))) : std::nullopt;
  const auto event = filter.event ? std::optional(filter.event->str()) : std::nullopt;
  const auto [time, id] = behind(filter.after);
  return list_of(run(tx, kList, format_time(now), user.str(), or_null(state), or_null(event), time, id, filter.limit),
                 booking_of);
}

std::optional<BookingDetails> find_booking(pqxx::transaction_base& tx, BookingId id, UserId user, Time now) {
  const auto rows = run(tx, kFind, format_time(now), id.str(), user.str());
  if (rows.empty()) return std::nullopt;
  return booking_of(rows[0]);
}

std::optional<BookingDetails> find_booking_of(pqxx::transaction_base& tx, EventId event, BookingId id, Time now) {
  const auto rows = run(tx, kFindOfEvent, format_time(now), id.str(), event.str());
  return rows.empty() ? std::nullopt : std::optional(booking_of(rows[0]));
}

std::optional<CommandId> find_booking_command(pqxx::transaction_base& tx, BookingId booking, Time created_at) {
  const auto rows =
      run(tx, kFindCommand, booking.str(), Uuid::first_of(created_at).str(), Uuid::last_of(created_at).str());
  return rows.empty() ? std::nullopt : std::optional(id_of<CommandId>(rows[0][0]));
}

std::optional<CommandOutcome> find_command_outcome(pqxx::transaction_base& tx, CommandId id, UserId user) {
  const auto rows = run(tx, kFindRequest, id.str(), user.str());
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  return CommandOutcome{id,
                        text_of(row["kind"]),
                        text_of(row["state"]),
                        text_of(row["outcome"]),
                        optional_text(row["reason"]),
                        optional_id<BookingId>(row["booking_id"]),
                        id_of<EventId>(row["event_id"])};
}

}  // namespace ticketd::storage
