#include "base/crash_point.h"
#include "domain/message.h"
#include "postgres/array_parameter.h"
#include "postgres/rows.h"
#include "storage/batch.h"
#include "storage/events.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const Statement kInsertCommands{"insert_commands", R"(
  INSERT INTO commands (id, kind, user_id, event_id, state, outcome, reason, booking_id, accepted_at, decided_at)
  SELECT c.id, c.kind, c.user_id, c.event_id, 'done', c.outcome, c.reason, c.booking_id, c.accepted_at, $9
  FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::timestamptz[])
    AS c (id, kind, user_id, event_id, outcome, reason, booking_id, accepted_at))"};

const Statement kInsertBookings{"insert_bookings", R"(
  INSERT INTO bookings (id, event_id, user_id, state, reason, seq, slot, created_at, updated_at, promoted_at, cancelled_at,
                        request_id)
  SELECT b.id, b.event_id, b.user_id, b.state, b.reason, b.seq, b.slot, b.created_at, $11,
         CASE WHEN b.promoted THEN $11::timestamptz END, CASE WHEN b.state = 'cancelled' THEN $11::timestamptz END,
         b.request_id
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::smallint[], $8::timestamptz[], $9::boolean[],
              $10::text[])
    AS b (id, event_id, user_id, state, reason, seq, slot, created_at, promoted, request_id))"};

const Statement kUpdateBookings{"update_bookings", R"(
  UPDATE bookings SET state = b.state, updated_at = $4, promoted_at = CASE WHEN b.promoted THEN $4 ELSE promoted_at END,
    cancelled_at = CASE WHEN b.state = 'cancelled' THEN $4::timestamptz END
  FROM unnest($1::uuid[], $2::text[], $3::boolean[]) AS b (id, state, promoted)
  WHERE bookings.id = b.id
  RETURNING bookings.id, CASE WHEN b.promoted THEN bookings.request_id END)"};

const Statement kUpdateCounters{"update_event_counters", R"(
  UPDATE events SET state = e.state, total_tickets = e.total, available_tickets = e.available, waiting_list_count = e.waiting,
    max_per_user = e.max_per_user, next_seq = e.next_seq, updated_at = $8
  FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::bigint[])
    AS e (id, state, total, available, waiting, max_per_user, next_seq)
  WHERE events.id = e.id)"};

const Statement kInsertNotifications{"insert_notifications", R"(
  INSERT INTO notifications (id, user_id, event_id, booking_id, kind, message, created_at, updated_at)
  SELECT n.id, n.user_id, n.event_id, n.booking_id, n.kind, n.message, n.created_at, $8
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[])
    AS n (id, user_id, event_id, booking_id, kind, message, created_at))"};

// gen_random_uuid: these ids come by the thousand and are not known before the statement runs.
const Statement kCancelAll{"cancel_all_bookings", R"(
  WITH gone AS (
    UPDATE bookings SET state = 'cancelled', updated_at = $2, cancelled_at = $2
    WHERE event_id = $1 AND state IN ('confirmed', 'waitlisted') RETURNING id, user_id)
  INSERT INTO notifications (id, user_id, event_id, booking_id, kind, message, created_at, updated_at)
  SELECT gen_random_uuid(), user_id, $1, id, $3, $4, $2, $2 FROM gone)"};

// A longer one, which nginx lets nobody send, is not worth a booking: its promotion is logged without.
constexpr std::size_t kRequestIdBytes = 128;

std::optional<std::string_view> name_of(const std::optional<domain::Reason>& reason) {
  return reason ? std::optional(domain::name_of(*reason)) : std::nullopt;
}

class CommandRows {
 public:
  void add(const Decided& d) {
    ids_.add(d.command->id);
    kinds_.add(name_of(d.command->kind));
    users_.add(d.command->user);
    events_.add(d.command->event);
    outcomes_.add(name_of(d.decision.outcome));
    reasons_.add(name_of(d.decision.reason));
    bookings_.add(d.decision.booking);
    accepted_.add(d.command->accepted_at);
  }
  void write(pqxx::work& tx, const std::string& now) const {
    run(tx, kInsertCommands, ids_.binary(), kinds_.binary(), users_.binary(), events_.binary(), outcomes_.binary(),
        reasons_.binary(), bookings_.binary(), accepted_.binary(), now);
  }

 private:
  ArrayParameter<CommandId> ids_;
  ArrayParameter<UserId> users_;
  ArrayParameter<EventId> events_;
  ArrayParameter<std::string_view> kinds_, outcomes_, reasons_;
  ArrayParameter<BookingId> bookings_;
  ArrayParameter<Time> accepted_;
};

class NotificationRows {
 public:
  void add(NotificationId id, UserId user, const std::optional<EventId>& event, const std::optional<BookingId>& booking,
           const domain::Message& message, Time created_at) {
    ids_.add(id);
    users_.add(user);
    events_.add(event);
    bookings_.add(booking);
    kinds_.add(name_of(message.kind));
    messages_.add(message.text);
    created_.add(created_at);
  }
  void write(pqxx::work& tx, const std::string& now) const {
    run(tx, kInsertNotifications, ids_.binary(), users_.binary(), events_.binary(), bookings_.binary(), kinds_.binary(),
        messages_.binary(), created_.binary(), now);
  }

 private:
  ArrayParameter<NotificationId> ids_;
  ArrayParameter<UserId> users_;
  ArrayParameter<EventId> events_;
  ArrayParameter<BookingId> bookings_;
  ArrayParameter<std::string_view> kinds_, messages_;
  ArrayParameter<Time> created_;
};

// A booking as the whole batch leaves it: made and cancelled in one batch, it is written once.
struct FinalBooking {
  EventId event;
  domain::Booking booking;
  std::optional<domain::Reason> reason;
  Time created_at;
  std::string request_id = {};
  bool added = false;
  bool promoted = false;
};

class BookingRows {
 public:
  void change(const Decided& d, const domain::BookingChange& change) {
    auto& row = row_of(change.booking.id);
    row.event = d.command->event;
    row.booking = change.booking;
    if (change.kind == domain::BookingChange::Kind::added) {
      row.added = true;
      row.created_at = d.command->accepted_at;
      row.request_id = d.command->request_id;
    }
    if (change.kind == domain::BookingChange::Kind::promoted) row.promoted = true;
  }
  void reject(const Decided& d) {
    auto& row = row_of(*d.command->booking);
    row = {d.command->event,
           {*d.command->booking, d.command->user, domain::BookingState::rejected, 0, 0},
           d.decision.reason,
           d.command->accepted_at,
           {},
           true,
           false};
  }
  RequestIds write(pqxx::work& tx, const std::string& now) const {
    auto promoted = update(tx, now);  // first: a cancelled booking's slot may be taken again in the same batch
    insert(tx, now);
    for (const auto& row : rows_) {
      if (row.added && row.promoted) promoted.emplace(row.booking.id, row.request_id);
    }
    return promoted;
  }

 private:
  FinalBooking& row_of(BookingId id) {
    const auto [found, is_new] = at_.emplace(id, rows_.size());
    if (is_new) rows_.emplace_back();
    return rows_[found->second];
  }
  void insert(pqxx::work& tx, const std::string& now) const {
    ArrayParameter<BookingId> ids;
    ArrayParameter<EventId> events;
    ArrayParameter<UserId> users;
    ArrayParameter<std::string_view> states, reasons, requests;
    ArrayParameter<std::int64_t> seqs;
    ArrayParameter<std::int16_t> slots;
    ArrayParameter<Time> created;
    ArrayParameter<bool> promoted;
    bool any = false;
    for (const auto& row : rows_) {
      if (!row.added) continue;
      any = true;
      ids.add(row.booking.id);
      events.add(row.event);
      users.add(row.booking.user);
      states.add(name_of(row.booking.state));
      reasons.add(name_of(row.reason));
      row.reason ? seqs.add_null() : seqs.add(row.booking.seq);
      row.reason ? slots.add_null() : slots.add(static_cast<std::int16_t>(row.booking.slot));
      created.add(row.created_at);
      promoted.add(row.promoted);
      const bool kept =
          row.booking.state == domain::BookingState::waitlisted && row.request_id.size() <= kRequestIdBytes;
      kept ? requests.add(row.request_id) : requests.add_null();
    }
    if (any)
      run(tx, kInsertBookings, ids.binary(), events.binary(), users.binary(), states.binary(), reasons.binary(),
          seqs.binary(), slots.binary(), created.binary(), promoted.binary(), requests.binary(), now);
  }
  RequestIds update(pqxx::work& tx, const std::string& now) const {
    ArrayParameter<BookingId> ids;
    ArrayParameter<std::string_view> states;
    ArrayParameter<bool> promoted;
    bool any = false;
    for (const auto& row : rows_) {
      if (row.added) continue;
      any = true;
      ids.add(row.booking.id);
      states.add(name_of(row.booking.state));
      promoted.add(row.promoted);
    }
    RequestIds found;
    if (!any) return found;
    for (const auto& row : run(tx, kUpdateBookings, ids.binary(), states.binary(), promoted.binary(), now)) {
      if (!row[1].is_null()) found.emplace(id_of<BookingId>(row[0]), text_of(row[1]));
    }
    return found;
  }

  std::unordered_map<BookingId, std::size_t> at_;
  std::vector<FinalBooking> rows_;
};

void write_counters(pqxx::work& tx, const LoadedBatch& batch, std::span<const Decided> decided,
                    const std::string& now) {
  std::unordered_set<EventId> changed;
  for (const auto& d : decided) {
    if (d.decision.outcome != domain::Outcome::rejected && d.decision.outcome != domain::Outcome::nothing_to_cancel)
      changed.insert(d.command->event);
  }
  if (changed.empty()) return;
  ArrayParameter<EventId> ids;
  ArrayParameter<std::string_view> states;
  ArrayParameter<int> totals, available, waiting, limits;
  ArrayParameter<std::int64_t> next_seqs;
  for (const auto& id : changed) {
    const auto& event = batch.events.at(id);
    ids.add(id);
    states.add(event.status == domain::EventStatus::open ? "open" : "cancelled");
    totals.add(event.total_tickets);
    available.add(event.available_tickets);
    waiting.add(event.waiting_count);
    limits.add(event.max_per_user);
    next_seqs.add(event.next_seq);
  }
  run(tx, kUpdateCounters, ids.binary(), states.binary(), totals.binary(), available.binary(), waiting.binary(),
      limits.binary(), next_seqs.binary(), now);
}

}  // namespace

RequestIds save_batch(pqxx::work& tx, const LoadedBatch& batch, std::span<const Decided> decided, Time now,
                      Random& random) {
  if (decided.empty()) return {};
  CommandRows commands;
  BookingRows bookings;
  NotificationRows notifications;
  for (const auto& d : decided) {
    const bool exists = batch.events.contains(d.command->event);
    const bool rejected_booking =
        exists && d.command->kind == domain::CommandKind::book && d.decision.outcome == domain::Outcome::rejected;
    commands.add(d);
    if (rejected_booking) bookings.reject(d);
    notifications.add(d.command->notification, d.command->user, exists ? std::optional(d.command->event) : std::nullopt,
                      rejected_booking ? d.command->booking : d.decision.booking,
                      outcome_message(*d.command, d.decision, d.title), d.command->accepted_at);
    for (const auto& change : d.decision.changes) {
      bookings.change(d, change);
      if (change.kind != domain::BookingChange::Kind::promoted) continue;
      notifications.add(NotificationId::make(now, random), change.booking.user, d.command->event, change.booking.id,
                        domain::promoted_message(d.title), now);
    }
  }
  const auto at = format_time(now);
  commands.write(tx, at);
  CRASH_POINT("in_write");
  auto promoted = bookings.write(tx, at);
  write_counters(tx, batch, decided, at);
  notifications.write(tx, at);
  for (const auto& d : decided) {
    if (d.decision.outcome == domain::Outcome::updated) apply_changes(tx, d.command->event, d.command->changes, now);
    if (!d.decision.cancels_all) continue;
    const auto message = domain::event_deleted_message(d.title);
    run(tx, kCancelAll, d.command->event.str(), at, std::string(name_of(message.kind)), message.text);
  }
  return promoted;
}

}  // namespace ticketd::storage
