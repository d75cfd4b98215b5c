#include "storage/event_desk.h"

#include "postgres/rows.h"
#include "storage/live.h"
#include "storage/waiting_list.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const std::string kListSql = std::string("SELECT ") + kEventColumns + R"(
  FROM events WHERE $1 = '' OR strpos(lower(title), lower($1)) > 0 OR strpos(lower(location), lower($1)) > 0
  ORDER BY id DESC LIMIT $2)";

const std::string kOpenSql = std::string("SELECT ") + kEventColumns + R"(
  FROM events WHERE user_id = $1 AND state = 'open' AND end_date_time > $2 ORDER BY created_at, id)";

const std::string kBusySql = std::string("SELECT ") + kEventColumns + R"(
  FROM (SELECT event_id, count(*) AS asked FROM (SELECT event_id FROM commands ORDER BY id DESC LIMIT $1) lately
        GROUP BY event_id ORDER BY asked DESC, event_id LIMIT $2) busy
  JOIN events ON events.id = busy.event_id ORDER BY asked DESC, events.id)";

const Statement kUpdateOwner{"update_owner", "UPDATE events SET user_id = $2, updated_at = $3 WHERE id = $1"};

const Statement kBookings{"list_event_bookings",
                          R"(
  SELECT b.id, )" LINE_OF("b") R"( AS line, p.name AS pool_name, b.user_id, u.email, )" STORED_STATE(
                              "b") R"( AS state, b.quantity, b.reason, epoch_ms(b.created_at) AS created_ms,
         epoch_ms(b.promoted_at) AS promoted_ms, epoch_ms(b.cancelled_at) AS cancelled_ms,
         epoch_ms(CASE WHEN )" IS_HELD("b") " THEN " DEADLINE("b", "e") R"( END) AS expires_ms
  FROM bookings b JOIN users u ON u.id = b.user_id JOIN events e ON e.id = b.event_id
       LEFT JOIN seat_pools p ON p.id = )" LINE_OF("b") R"(
  WHERE b.event_id = $1 AND ($2::text IS NULL OR )" STORED_STATE("b") R"( = $2)
  ORDER BY b.seq, b.created_at, b.id LIMIT $3)"};

const Statement kCount{"count_event_bookings", R"(
  SELECT count(*) FROM bookings b WHERE event_id = $1 AND ($2::text IS NULL OR )" STORED_STATE("b") R"( = $2))"};

}  // namespace

std::vector<Event> list_events_with(pqxx::transaction_base& tx, const std::string& part, int limit) {
  return list_of(run(tx, {"list_events_with", kListSql.c_str()}, part, limit), event_of);
}

std::vector<Event> list_open_events_of(pqxx::transaction_base& tx, UserId owner, Time now) {
  return list_of(run(tx, {"list_open_events_of", kOpenSql.c_str()}, owner.str(), format_time(now)), event_of);
}

std::vector<Event> list_busy_events(pqxx::transaction_base& tx, int commands, int limit) {
  return list_of(run(tx, {"list_busy_events", kBusySql.c_str()}, commands, limit), event_of);
}

void update_owner(pqxx::transaction_base& tx, EventId event, UserId owner, Time now) {
  run(tx, kUpdateOwner, event.str(), owner.str(), format_time(now));
}

std::vector<EventBooking> list_event_bookings(pqxx::transaction_base& tx, EventId event,
                                              const std::optional<std::string>& state, int limit) {
  return list_of(run(tx, kBookings, event.str(), or_null(state), limit), [](const pqxx::row& row) -> EventBooking {
    return {id_of<BookingId>(row["id"]),
            id_of<PoolId>(row["line"]),
            optional_text(row["pool_name"]),
            id_of<UserId>(row["user_id"]),
            text_of(row["email"]),
            text_of(row["state"]),
            int_of(row["quantity"]),
            optional_text(row["reason"]),
            optional_time(row["expires_ms"]),
            time_of(row["created_ms"]),
            optional_time(row["promoted_ms"]),
            optional_time(row["cancelled_ms"])};
  });
}

std::int64_t count_event_bookings(pqxx::transaction_base& tx, EventId event, const std::optional<std::string>& state) {
  return run(tx, kCount, event.str(), or_null(state))[0][0].as<std::int64_t>();
}

}  // namespace ticketd::storage
