#include "storage/events.h"

#include "postgres/array_parameter.h"
#include "postgres/rows.h"
#include "storage/event_rules.h"
#include "storage/live.h"
#include "storage/waiting_list.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

#define EVENT_COLUMNS "description, location, " OTHER_EVENT_COLUMNS
#define OTHER_EVENT_COLUMNS                                                                          \
  "id, user_id, title, epoch_ms(start_date_time) AS starts_ms, epoch_ms(end_date_time) AS ends_ms, " \
  "state, " SEATS ", edition, " EVENT_RULES                                                          \
  ", visibility, timezone, turn, "                                                                   \
  "epoch_ms(created_at) AS created_ms, epoch_ms(updated_at) AS updated_ms"
#define SEATS                                                                                                  \
  "total_tickets, available_tickets, held_back, CASE WHEN saved THEN epoch_ms(" SAVED_UNTIL                    \
  ") END AS saved_until_ms, CASE WHEN saved AND edition < 4 THEN available_tickets ELSE saved_tickets END AS " \
  "saved_tickets, waiting_list_count, waiting_more, epoch_ms(" LINE_ENDS_AT ") AS line_ends_ms"

const Statement kInsert{"insert_event", R"(
  INSERT INTO events (id, user_id, title, description, location, start_date_time, end_date_time, total_tickets,
                      available_tickets, max_per_user, created_at, updated_at, max_per_booking, max_skips, saving_stops_hours,
                      hold_minutes, offer_minutes, offer_stops_minutes, confirmed_by, line_closes, edition, visibility, timezone,
                      sales_start, sales_end, held_back)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8::integer - $21::integer, $9, $10, $10, $11, $12, $13, $14, $15, $16, $17, $18,
          CASE WHEN $22 THEN 4 WHEN $14 > 0 OR $15 > 0 OR $18 = 'start' THEN 3 ELSE 1 END, $19, $20, $23, $24, $21))"};

const Statement kHasOpen{"has_open_events", R"(
  SELECT (SELECT count(*) FROM (SELECT FROM events WHERE user_id = $1 AND state = 'open' AND NOT over AND
      end_date_time > $3::timestamptz LIMIT $2::bigint) AS of_owner)
    + (SELECT count(*) FROM events WHERE id = ANY ($4::uuid[]) AND user_id = $1 AND state = 'open' AND
      (over OR end_date_time <= $3::timestamptz)) >= $2::bigint)"};

const Statement kFind{"find_event", "SELECT " EVENT_COLUMNS " FROM events WHERE id = $1"};
const Statement kLock{"lock_event", "SELECT " EVENT_COLUMNS " FROM events WHERE id = $1 FOR NO KEY UPDATE"};

#define SET_CHANGES                                                                                           \
  "SET title = coalesce($2, title), description = coalesce($3, description), location = coalesce($4, "        \
  "location), start_date_time = coalesce($5, start_date_time), end_date_time = coalesce($6, end_date_time), " \
  "updated_at = $7, visibility = coalesce($8, visibility), timezone = coalesce($9, timezone) "

const Statement kUpdate{"update_event", "UPDATE events " SET_CHANGES R"(
  WHERE id = $1 AND user_id = $10 AND state = 'open' AND coalesce($6, end_date_time) > coalesce($5, start_date_time)
  RETURNING )" EVENT_COLUMNS};

const Statement kApply{"apply_changes", "UPDATE events " SET_CHANGES "WHERE id = $1"};

#define COUNT_OF_STATE(state) \
  "count(*) FILTER (WHERE " CURRENT_STATE("b", "e", "$3::timestamptz") " = '" state "') AS " state
#define LIVE_BOOKINGS_OF "WHERE b.event_id = $1 AND b.user_id = $2 AND b.state IN " LIVE_STATES

const Statement kFindHolding{
    "find_holding",
    "SELECT confirmed + held AS confirmed, waitlisted, CASE WHEN waitlisted > 0 "
    "THEN " PLACE_IN_WAITING_LIST("$1", "line", "first") R"( END AS position
  FROM (SELECT )" COUNT_OF_STATE("confirmed") ", " COUNT_OF_STATE("held") ", " COUNT_OF_STATE("waitlisted") R"(,
               min(b.seq) FILTER (WHERE b.state = 'waitlisted' AND b.seq >= e.line_closed_before) AS first,
               (array_agg()" LINE_OF(
        "b") R"( ORDER BY b.seq) FILTER (WHERE b.state = 'waitlisted' AND b.seq >= e.line_closed_before))[1] AS line
        FROM events e JOIN bookings b ON b.event_id = e.id )" LIVE_BOOKINGS_OF ") AS mine"};

// CURRENT_STATE for each booking would take a quarter of the statement's time; what the event says of all of them,
// find_standing() adds, and asks again where seats are held or somebody waits.
const Statement kFindStanding{
    "find_standing", "SELECT e.state, epoch_ms(end_date_time) AS ends_ms, " SEATS
                     ", confirmed, held, waitlisted FROM events e, LATERAL (SELECT count(*) FILTER (WHERE b.state = "
                     "'confirmed') AS confirmed, count(*) FILTER (WHERE " IS_HELD("b") ") AS held, "
                     "count(*) FILTER (WHERE b.state = 'waitlisted' AND b.seq >= e.line_closed_before) AS waitlisted "
                     "FROM bookings b " LIVE_BOOKINGS_OF ") AS mine WHERE e.id = $1"};

const Statement kClaimKey{"claim_idempotency_key", R"(
  INSERT INTO idempotency_keys (user_id, key, fingerprint, answer, created_at) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (user_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = excluded.created_at
    WHERE idempotency_keys.created_at < $5::timestamptz - interval '24 hours')"};

const Statement kFindKey{"find_idempotency_key", R"(
  SELECT answer, fingerprint = $3 AS same_request FROM idempotency_keys
  WHERE user_id = $1 AND key = $2 AND created_at >= $4::timestamptz - interval '24 hours')"};

domain::EventStatus status_of(const pqxx::field& state) { return domain::parse_event_status(text_of(state)); }

// What a later release calls otherwise is nothing for everybody.
domain::Visibility visibility_of(const pqxx::field& word) {
  return domain::parse_visibility(text_of(word)).value_or(domain::Visibility::unlisted);
}

std::optional<std::string> name_of(const std::optional<domain::Visibility>& visibility) {
  return visibility ? std::optional(std::string(domain::name_of(*visibility))) : std::nullopt;
}

void read_seats(const pqxx::row& row, Seats& seats) {
  seats.total_tickets = int_of(row["total_tickets"]);
  seats.available_tickets = int_of(row["available_tickets"]);
  seats.saved_until = optional_time(row["saved_until_ms"]);
  seats.saved_tickets = int_of(row["saved_tickets"]);
  seats.held_back = int_of(row["held_back"]);
  seats.waiting_list_count = int_of(row["waiting_list_count"]);
  seats.waiting_tickets = seats.waiting_list_count + int_of(row["waiting_more"]);
  seats.line_ends_at = time_of(row["line_ends_ms"]);
}

}  // namespace

const char* const kEventColumns = EVENT_COLUMNS;
const char* const kListedEventColumns =
    LISTED_TEXT("description") " AS description, " LISTED_TEXT("location") " AS location, " OTHER_EVENT_COLUMNS;

Event event_of(const pqxx::row& row) {
  Event event;
  event.id = id_of<EventId>(row["id"]);
  event.owner = id_of<UserId>(row["user_id"]);
  event.title = text_of(row["title"]);
  event.description = text_of(row["description"]);
  event.location = text_of(row["location"]);
  event.starts_at = time_of(row["starts_ms"]);
  event.ends_at = time_of(row["ends_ms"]);
  event.status = status_of(row["state"]);
  read_seats(row, event);
  event.edition = int_of(row["edition"]);
  read_rules(row, event);
  event.visibility = visibility_of(row["visibility"]);
  event.timezone = optional_text(row["timezone"]);
  event.turn = int_of(row["turn"]);
  event.created_at = time_of(row["created_ms"]);
  event.updated_at = time_of(row["updated_ms"]);
  return event;
}

void insert_event(pqxx::transaction_base& tx, const Event& event) {
  const auto sales_start = format_time(event.sales.start);
  const auto sales_end = format_time(event.sales.end);
  run(tx, kInsert, event.id.str(), event.owner.str(), event.title, event.description, event.location,
      format_time(event.starts_at), format_time(event.ends_at), event.total_tickets, event.max_per_user,
      format_time(event.created_at), event.max_per_booking, event.max_skips, event.saving_stops_hours,
      event.hold_minutes, event.offer_minutes, event.offer_stops_minutes, std::string(name_of(event.confirmed_by)),
      std::string(name_of(event.line_closes)), std::string(domain::name_of(event.visibility)), or_null(event.timezone),
      event.held_back, event.edition >= domain::kEditionOfPools, or_null(sales_start), or_null(sales_end));
}

bool has_open_events(pqxx::transaction_base& tx, UserId owner, int count, Time now, std::span<const EventId> moved) {
  ArrayParameter<EventId> ids;
  for (const auto& id : moved) ids.add(id);
  return run(tx, kHasOpen, owner.str(), count, format_time(now), ids.binary()).at(0)[0].as<bool>();
}

std::optional<Event> find_event(pqxx::transaction_base& tx, EventId id) {
  const auto rows = run(tx, kFind, id.str());
  return rows.empty() ? std::nullopt : std::optional(event_of(rows[0]));
}

std::optional<Event> lock_event(pqxx::work& tx, EventId id) {
  const auto rows = run(tx, kLock, id.str());
  return rows.empty() ? std::nullopt : std::optional(event_of(rows[0]));
}

std::optional<Event> update_event(pqxx::transaction_base& tx, EventId id, UserId owner,
                                  const domain::EventChanges& changes, Time now) {
  const auto starts = format_time(changes.starts_at);
  const auto ends = format_time(changes.ends_at);
  const auto visibility = name_of(changes.visibility);
  const auto rows = run(tx, kUpdate, id.str(), or_null(changes.title), or_null(changes.description),
                        or_null(changes.location), or_null(starts), or_null(ends), format_time(now),
                        or_null(visibility), or_null(changes.timezone), owner.str());
  if (rows.empty()) return std::nullopt;
  return event_of(rows[0]);
}

void update_event_fields(pqxx::transaction_base& tx, EventId id, const domain::EventChanges& changes, Time now) {
  const auto starts = format_time(changes.starts_at);
  const auto ends = format_time(changes.ends_at);
  const auto visibility = name_of(changes.visibility);
  run(tx, kApply, id.str(), or_null(changes.title), or_null(changes.description), or_null(changes.location),
      or_null(starts), or_null(ends), format_time(now), or_null(visibility), or_null(changes.timezone));
}

Holding find_holding(pqxx::transaction_base& tx, EventId event, UserId user, Time now) {
  const auto rows = run(tx, kFindHolding, event.str(), user.str(), format_time(now));
  Holding holding{int_of(rows[0]["confirmed"]), int_of(rows[0]["waitlisted"]), std::nullopt};
  if (holding.waitlisted > 0) holding.place = int_of(rows[0]["position"]);
  return holding;
}

std::optional<Standing> find_standing(pqxx::transaction_base& tx, EventId event, std::optional<UserId> user, Time now) {
  const auto id = user ? std::optional(user->str()) : std::nullopt;
  const auto rows = run(tx, kFindStanding, event.str(), or_null(id));
  if (rows.empty()) return std::nullopt;
  const auto& row = rows[0];
  Standing standing;
  standing.status = status_of(row["state"]);
  standing.ends_at = time_of(row["ends_ms"]);
  read_seats(row, standing);
  if (standing.status == domain::EventStatus::cancelled) return standing;
  standing.mine.confirmed = int_of(row["confirmed"]);
  if (now < standing.line_ends_at) standing.mine.waitlisted = int_of(row["waitlisted"]);
  if (standing.mine.waitlisted > 0 || int_of(row["held"]) > 0)
    standing.mine = find_holding(tx, event, user.value(), now);
  return standing;
}

IdempotencyClaim insert_idempotency_key(pqxx::work& tx, UserId user, const std::string& key,
                                        const std::string& fingerprint, const std::string& answer, Time now) {
  if (run(tx, kClaimKey, user.str(), key, fingerprint, answer, format_time(now)).affected_rows() == 1)
    return {true, false, ""};
  return find_idempotency_claim(tx, user, key, fingerprint, now).value();
}

std::optional<IdempotencyClaim> find_idempotency_claim(pqxx::transaction_base& tx, UserId user, const std::string& key,
                                                       const std::string& fingerprint, Time now) {
  const auto rows = run(tx, kFindKey, user.str(), key, fingerprint, format_time(now));
  if (rows.empty()) return std::nullopt;
  return IdempotencyClaim{false, rows[0]["same_request"].as<bool>(), text_of(rows[0]["answer"])};
}

}  // namespace ticketd::storage
