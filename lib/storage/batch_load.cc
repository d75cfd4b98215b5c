#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "postgres/array_parameter.h"
#include "postgres/rows.h"
#include "storage/admissions.h"
#include "storage/batch.h"
#include "storage/event_rules.h"
#include "storage/live.h"
#include "storage/pool_rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const Statement kFindDone{"find_done_commands", "SELECT id FROM commands WHERE id = ANY ($1::uuid[])"};

const Statement kLockEvents{"lock_events", R"(
  SELECT id, user_id, title, state, epoch_ms(start_date_time) AS starts_ms, epoch_ms(end_date_time) AS ends_ms, total_tickets,
         CASE WHEN growing_at = total_tickets THEN growing_to END AS growing_to, available_tickets, waiting_list_count, waiting_more,
         array_to_string(served_past, ' ') AS served_past, saved, misfits, edition, next_seq, line_closed_before, forgotten_at IS NOT NULL AS forgotten,
         admits, )" EVENT_RULES
                                           R"(
  FROM events WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE)"};

const Statement kLoadLocations{"load_event_locations", "SELECT id, location FROM events WHERE id = ANY ($1::uuid[])"};

// Of each pair of event and user, sums; the slots as two numbers of 50 bits. Not what has ended by a decision that is
// still being carried out in pieces (storage/bulk_changes.h), but for its slots. Of no more than $4 rows: of those who
// have many these are no sums. The LIMIT also has them looked up by their key for each pair, never joined with all live
// bookings there are.
const Statement kLoadHoldings{"load_holdings", R"(
  SELECT pair.event_id, pair.user_id, held.rows, held.live, held.waiting, held.low_slots, held.high_slots
  FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS pair (event_id, user_id, line_closed_before)) AS pair
  CROSS JOIN LATERAL (
    SELECT count(*) AS rows, coalesce(sum(quantity) FILTER (WHERE state = 'confirmed' OR seq >= pair.line_closed_before), 0) AS live,
           coalesce(sum(quantity) FILTER (WHERE state = 'waitlisted' AND seq >= pair.line_closed_before), 0) AS waiting,
           coalesce(bit_or(1::bigint << slot) FILTER (WHERE slot <= 50), 0) AS low_slots,
           coalesce(bit_or(1::bigint << (slot - 50)) FILTER (WHERE slot > 50), 0) AS high_slots
    FROM (SELECT state, seq, slot, quantity FROM bookings WHERE event_id = pair.event_id AND user_id = pair.user_id
            AND state IN )" LIVE_STATES R"( LIMIT $4) AS row) AS held
  WHERE held.rows > 0)"};

#define LOADED(b)                                                                                                 \
  b ".event_id, " b ".id, " b                                                                                     \
    ".user_id, " STORED_STATE(b) " AS state, " b ".seq, " b ".slot, " b ".quantity, " b ".remainder, epoch_ms(" b \
                                 ".held_until) AS held_until_ms, " b ".pool_id, " b                               \
                                 ".ticket_type_id, array_to_string(" b ".given_back, ' ') AS given_back"

// The newest bookings of those who cancel, as many as newest_needed() says, and those that a cancel or a change names.
const Statement kLoadCancelled{"load_cancelled_bookings", "SELECT " LOADED("held") R"(
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::int[], $5::uuid[])
    AS wish (event_id, user_id, line_closed_before, newest, booking_id)
  CROSS JOIN LATERAL (
    SELECT *, row_number() OVER (ORDER BY seq DESC) AS age, row_number() OVER (PARTITION BY state ORDER BY seq DESC) AS age_in_state
    FROM (SELECT * FROM bookings WHERE event_id = wish.event_id AND user_id = wish.user_id
            AND state IN )" LIVE_STATES R"( OFFSET 0) AS row
    WHERE state = 'confirmed' OR seq >= wish.line_closed_before) AS held
  WHERE held.age <= wish.newest OR held.age_in_state <= wish.newest OR held.id = wish.booking_id)"};

// The bookings that somebody confirms, who may be another than whose they are.
const Statement kLoadConfirmed{"load_confirmed_bookings", "SELECT " LOADED("b") R"(
  FROM unnest($1::uuid[], $2::uuid[]) AS wish (event_id, booking_id)
  JOIN bookings b ON b.id = wish.booking_id AND b.event_id = wish.event_id AND )" IS_HELD("b")};

// What was not confirmed in time, so many of each event.
const Statement kLoadOverdue{"load_overdue_bookings", "SELECT " LOADED("first") R"(
  FROM unnest($1::uuid[], $2::timestamptz[]) AS due (event_id, at) JOIN events e ON e.id = due.event_id
  CROSS JOIN LATERAL (SELECT * FROM bookings b WHERE b.event_id = due.event_id AND )" IS_HELD("b") R"(
                        AND (b.held_until <= due.at OR e.start_date_time <= due.at) ORDER BY b.held_until LIMIT $3) AS first)"};

// All live ones of those who have many, for the cache.
const Statement kLoadHeld{"load_held_bookings", "SELECT " LOADED("held") R"(
  FROM unnest($1::uuid[], $2::uuid[]) AS pair (event_id, user_id)
  CROSS JOIN LATERAL (SELECT * FROM bookings WHERE event_id = pair.event_id AND user_id = pair.user_id
                        AND state IN )" LIVE_STATES R"( OFFSET 0) AS held)"};

// The first of a pool's line, of those that `rule` says; `line` has its pool_id, and the event_id of a pool in which
// those wait who named none. One of an event without pools of its own has no row and no pool_id: all wait in it.
#define FIRST_OF_LINE(rule, most)                                                                             \
  "((SELECT * FROM bookings WHERE event_id = line.event_id AND pool_id IS NULL AND state = 'waitlisted'"      \
  " AND seq >= line.line_closed_before AND seq < coalesce((SELECT unnamed_before FROM seat_pools WHERE id = " \
  "line.pool_id),"                                                                                            \
  " 9223372036854775807) " rule " ORDER BY seq LIMIT " most                                                   \
  ") UNION ALL "                                                                                              \
  "(SELECT * FROM bookings WHERE pool_id = line.pool_id AND state = 'waitlisted' AND seq >= "                 \
  "line.line_closed_before " rule " ORDER BY seq LIMIT " most ") ORDER BY seq LIMIT " most ") AS first"

const Statement kLoadWaitingList{"load_waiting_list", "SELECT " LOADED("first") R"(
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::int[]) AS line (event_id, pool_id, line_closed_before, head)
  CROSS JOIN LATERAL )" FIRST_OF_LINE("", "line.head")};

// Of those who want one seat, two and so on, or take fewer, the first ones: as many as LineNeeded::of_wish() says.
const Statement kLoadByWish{"load_line_by_wish", "SELECT " LOADED("first") R"(
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::int[], $5::int[]) AS line (event_id, pool_id, line_closed_before, seats, gone)
  CROSS JOIN LATERAL generate_series(1, least(line.seats, 100)) AS wish (seats)
  CROSS JOIN LATERAL )" FIRST_OF_LINE("AND fits_from = wish.seats", "line.seats / wish.seats + line.gone")};

const Statement kLoadMisfits{"load_misfits", "SELECT " LOADED("first") R"(
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::int[], $5::int[]) AS line (event_id, pool_id, line_closed_before, above, most)
  CROSS JOIN LATERAL )" FIRST_OF_LINE("AND fits_from IS NOT NULL AND quantity > line.above", "line.most")};

// Of the events that exist.
using EventCommands = std::unordered_map<EventId, std::vector<const domain::Command*>>;

void load_done(pqxx::work& tx, std::span<const domain::Command> commands, LoadedBatch& batch) {
  ArrayParameter<CommandId> ids;
  for (const auto& command : commands) ids.add(command.id);
  for (const auto& row : run(tx, kFindDone, ids.binary())) batch.done.insert(id_of<CommandId>(row["id"]));
}

// The only one of an event without pools of its own.
domain::SeatPool pool_of(const pqxx::row& row) {
  domain::SeatPool pool;
  pool.id = id_of<PoolId>(row["id"]);
  pool.capacity = int_of(row["total_tickets"]);
  pool.available = int_of(row["available_tickets"]);
  pool.waiting_entries = int_of(row["waiting_list_count"]);
  pool.waiting_tickets = pool.waiting_entries + int_of(row["waiting_more"]);
  if (!row["growing_to"].is_null()) pool.growing_to = int_of(row["growing_to"]);
  pool.saved = row["saved"].as<bool>();
  pool.has_misfits = row["misfits"].as<bool>();
  if (!row["served_past"].is_null()) pool.served_past = numbers_of(text_of(row["served_past"]));
  return pool;
}

void lock_events(pqxx::work& tx, std::span<const domain::Command> commands, LoadedBatch& batch) {
  std::unordered_set<EventId> wanted;
  ArrayParameter<EventId> ids;
  for (const auto& command : commands) {
    if (wanted.insert(command.event).second) ids.add(command.event);
  }
  for (const auto& row : run(tx, kLockEvents, ids.binary())) {
    domain::EventState event;
    event.id = id_of<EventId>(row["id"]);
    event.owner = id_of<UserId>(row["user_id"]);
    event.title = text_of(row["title"]);
    event.status = domain::parse_event_status(text_of(row["state"]));
    event.starts_at = time_of(row["starts_ms"]);
    event.ends_at = time_of(row["ends_ms"]);
    read_rules(row, event);
    event.pools = {pool_of(row)};
    event.types = {{.id = TicketTypeId{event.id.uuid}, .pool = event.pools.front().id}};
    event.edition = int_of(row["edition"]);
    event.next_seq = row["next_seq"].as<std::int64_t>();
    event.line_closed_before = row["line_closed_before"].as<std::int64_t>();
    event.is_forgotten = row["forgotten"].as<bool>();
    event.admits = row["admits"].as<bool>();
    batch.events.emplace(event.id, std::move(event));
  }
  load_pool_rows(tx, batch);
}

void load_locations(pqxx::work& tx, std::span<const domain::Command> commands, LoadedBatch& batch) {
  ArrayParameter<EventId> ids;
  for (const auto& command : commands) {
    const auto* update = std::get_if<domain::UpdateEvent>(&command.action);
    if (update != nullptr && update->changes.location) ids.add(command.event);
  }
  if (ids.empty()) return;
  for (const auto& row : run(tx, kLoadLocations, ids.binary()))
    batch.events.at(id_of<EventId>(row["id"])).location = text_of(row["location"]);
}

domain::Booking loaded_booking(const pqxx::row& row) {
  const auto remainder = optional_text(row["remainder"]);
  const auto event = id_of<EventId>(row["event_id"]).uuid;
  return {
      id_of<BookingId>(row["id"]),
      id_of<UserId>(row["user_id"]),
      *domain::parse_booking_state(text_of(row["state"])),
      row["seq"].as<std::int64_t>(),
      int_of(row["slot"]),
      int_of(row["quantity"]),
      remainder ? domain::parse_remainder(*remainder) : std::nullopt,
      optional_time(row["held_until_ms"]),
      optional_id<PoolId>(row["pool_id"]).value_or(PoolId{event}),
      optional_id<TicketTypeId>(row["ticket_type_id"]).value_or(TicketTypeId{event}),
      row["given_back"].is_null() ? domain::TicketNumbers() : domain::parse_ticket_numbers(text_of(row["given_back"]))};
}

void load_bookings(const pqxx::result& rows, LoadedBatch& batch) {
  for (const auto& row : rows) batch.events.at(id_of<EventId>(row["event_id"])).load(loaded_booking(row));
}

domain::Holding holding_of(const pqxx::row& row) {
  domain::Holding holding;
  holding.live = int_of(row["live"]);
  holding.waiting = int_of(row["waiting"]);
  holding.slots = decltype(holding.slots)(row["low_slots"].as<std::uint64_t>());
  holding.slots |= decltype(holding.slots)(row["high_slots"].as<std::uint64_t>()) << 50;
  return holding;
}

domain::Holding holding_of(const HolderCache::Bookings& bookings, std::int64_t line_closed_before) {
  domain::Holding holding;
  for (const auto& [seq, booking] : bookings) {
    holding.slots.set(static_cast<std::size_t>(booking.slot));
    const bool waits = booking.state == domain::BookingState::waitlisted;
    if (waits && seq < line_closed_before) continue;
    holding.live += booking.quantity;
    if (waits) holding.waiting += booking.quantity;
  }
  return holding;
}

// Loads all that they have, for this batch and the ones to come.
void load_many(pqxx::work& tx, const ArrayParameter<EventId>& events, const ArrayParameter<UserId>& users,
               LoadedBatch& batch, HolderCache& holders) {
  std::map<std::pair<EventId, UserId>, HolderCache::Bookings> held;
  for (const auto& row : run(tx, kLoadHeld, events.binary(), users.binary())) {
    const auto booking = loaded_booking(row);
    held[{id_of<EventId>(row["event_id"]), booking.user}].emplace(booking.seq, booking);
  }
  for (auto& [pair, bookings] : held) {
    auto& event = batch.events.at(pair.first);
    event.hold(pair.second, holding_of(bookings, event.line_closed_before));
    holders.put(pair.first, pair.second, std::move(bookings));
  }
}

// Whose holdings are wanted: those who are remembered have them at once.
struct Holders {
  ArrayParameter<EventId> events;
  ArrayParameter<UserId> users;
  ArrayParameter<std::int64_t> closed_before;

  void add(domain::EventState& event, UserId user, const HolderCache& known) {
    if (const auto* bookings = known.find(event.id, user))
      return event.hold(user, holding_of(*bookings, event.line_closed_before));
    events.add(event.id);
    users.add(user);
    closed_before.add(event.line_closed_before);
  }
  void load(pqxx::work& tx, LoadedBatch& batch, HolderCache& known) const {
    if (events.empty()) return;
    ArrayParameter<EventId> events_of_many;
    ArrayParameter<UserId> users_of_many;
    for (const auto& row :
         run(tx, kLoadHoldings, events.binary(), users.binary(), closed_before.binary(), HolderCache::kMany)) {
      const auto event = id_of<EventId>(row["event_id"]);
      const auto user = id_of<UserId>(row["user_id"]);
      if (int_of(row["rows"]) < HolderCache::kMany) {
        batch.events.at(event).hold(user, holding_of(row));
      } else {
        events_of_many.add(event);
        users_of_many.add(user);
      }
    }
    if (!events_of_many.empty()) load_many(tx, events_of_many, users_of_many, batch, known);
  }
};

// Of the users of the commands.
void load_holdings(pqxx::work& tx, const EventCommands& by_event, LoadedBatch& batch, HolderCache& known) {
  Holders wanted;
  for (const auto& [id, commands] : by_event) {
    auto& event = batch.events.at(id);
    if (event.status == domain::EventStatus::cancelled) continue;
    for (const auto* command : commands) wanted.add(event, command->user, known);
  }
  wanted.load(tx, batch, known);
}

// Of those who wait and take fewer: the rest of their wish is a booking of its own.
void load_holdings_of_line(pqxx::work& tx, LoadedBatch& batch, HolderCache& known) {
  Holders wanted;
  for (auto& [id, event] : batch.events) {
    for (const auto& pool : event.pools) {
      for (const auto& [seq, entry] : pool.line()) {
        if (entry.accept_fewer) wanted.add(event, event.find(entry.booking)->user, known);
      }
    }
  }
  wanted.load(tx, batch, known);
}

// What kLoadCancelled loads, of one who is remembered.
void load_cancelled(const HolderCache::Bookings& held, int newest, std::optional<BookingId> named,
                    domain::EventState& event) {
  int age = 0;
  std::array<int, domain::kBookingStates> age_in_state = {};
  for (auto it = held.rbegin(); it != held.rend(); ++it) {
    const auto& booking = it->second;
    if (booking.state == domain::BookingState::waitlisted && booking.seq < event.line_closed_before) continue;
    const int in_state = ++age_in_state.at(static_cast<std::size_t>(booking.state));
    if (++age <= newest || in_state <= newest || booking.id == named) event.load(booking);
  }
}

void load_cancelled(pqxx::work& tx, const EventCommands& by_event, LoadedBatch& batch, const HolderCache& holders) {
  ArrayParameter<EventId> events;
  ArrayParameter<UserId> users;
  ArrayParameter<std::int64_t> closed_before;
  ArrayParameter<int> newest;
  ArrayParameter<BookingId> named;
  for (const auto& [id, commands] : by_event) {
    auto& event = batch.events.at(id);
    if (event.status == domain::EventStatus::cancelled) continue;
    for (const auto* command : commands) {
      const bool cancels = std::holds_alternative<domain::Cancel>(command->action);
      if (!cancels && !std::holds_alternative<domain::UpdateBooking>(command->action)) continue;
      const int most = domain::newest_needed(command->user, commands);
      if (const auto* known = holders.find(id, command->user)) {
        load_cancelled(*known, most, command->booking(), event);
        continue;
      }
      events.add(id);
      users.add(command->user);
      closed_before.add(event.line_closed_before);
      newest.add(most);
      named.add(command->booking());
    }
  }
  if (events.empty()) return;
  load_bookings(
      run(tx, kLoadCancelled, events.binary(), users.binary(), closed_before.binary(), newest.binary(), named.binary()),
      batch);
}

void load_held(pqxx::work& tx, const EventCommands& by_event, LoadedBatch& batch) {
  ArrayParameter<EventId> events, due_events;
  ArrayParameter<BookingId> bookings;
  ArrayParameter<Time> due_at;
  for (const auto& [id, commands] : by_event) {
    if (batch.events.at(id).status == domain::EventStatus::cancelled) continue;
    for (const auto* command : commands) {
      if (const auto* confirm = std::get_if<domain::Confirm>(&command->action)) {
        events.add(id);
        bookings.add(confirm->booking);
      }
      if (!std::holds_alternative<domain::Settle>(command->action)) continue;
      due_events.add(id);
      due_at.add(command->accepted_at);
    }
  }
  if (!events.empty()) load_bookings(run(tx, kLoadConfirmed, events.binary(), bookings.binary()), batch);
  if (!due_events.empty())
    load_bookings(run(tx, kLoadOverdue, due_events.binary(), due_at.binary(), domain::kPromotedAtOnce), batch);
}

void load_waiting_list(pqxx::work& tx, const EventCommands& by_event, LoadedBatch& batch) {
  struct Lines {
    ArrayParameter<EventId> events;
    ArrayParameter<PoolId> pools;
    ArrayParameter<std::int64_t> closed_before;
    ArrayParameter<int> first, second;
    void add(const domain::EventState& event, const domain::SeatPool& pool, int one, int other) {
      pool.id.uuid == event.id.uuid ? events.add(event.id) : events.add_null();
      event.edition < domain::kEditionOfPools ? pools.add_null() : pools.add(pool.id);
      closed_before.add(event.line_closed_before);
      first.add(one);
      second.add(other);
    }
  } lines, wishes, misfits;
  for (const auto& [id, state] : batch.events) {
    for (const auto& pool : state.pools) {
      const auto needed = domain::line_needed(state, pool, by_event.at(id));
      if (needed.head > 0) lines.add(state, pool, needed.head, 0);
      if (needed.seats > 0 && state.edition > 1) wishes.add(state, pool, needed.seats, needed.gone);
      for (const int above : needed.misfits_above) misfits.add(state, pool, above, needed.gone + 1);
    }
  }
  if (!lines.events.empty())
    load_bookings(run(tx, kLoadWaitingList, lines.events.binary(), lines.pools.binary(), lines.closed_before.binary(),
                      lines.first.binary()),
                  batch);
  const auto load = [&](const Statement& statement, const Lines& some) {
    if (some.events.empty()) return;
    load_bookings(run(tx, statement, some.events.binary(), some.pools.binary(), some.closed_before.binary(),
                      some.first.binary(), some.second.binary()),
                  batch);
  };
  load(kLoadByWish, wishes);
  load(kLoadMisfits, misfits);
}

}  // namespace

LoadedBatch load_batch(pqxx::work& tx, std::span<const domain::Command> commands, HolderCache& holders) {
  LoadedBatch batch;
  lock_events(tx, commands, batch);
  load_done(tx, commands, batch);
  load_locations(tx, commands, batch);
  EventCommands by_event;
  for (const auto& command : commands) {
    if (batch.events.contains(command.event)) by_event[command.event].push_back(&command);
  }
  load_holdings(tx, by_event, batch, holders);  // first: who has many is known from then on
  load_cancelled(tx, by_event, batch, holders);
  load_admissions(tx, batch);
  load_held(tx, by_event, batch);
  load_waiting_list(tx, by_event, batch);
  load_holdings_of_line(tx, batch, holders);
  return batch;
}

}  // namespace ticketd::storage
