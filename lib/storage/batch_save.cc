#include "base/crash_point.h"
#include "domain/message.h"
#include "storage/batch.h"
#include "storage/events.h"
#include "storage/rows.h"

namespace ticketd::storage {
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

class CommandRows {
 public:
  void add(const Decided& d) {
    ids_.add_raw(d.command->id.str());
    kinds_.add_raw(name_of(d.command->kind));
    users_.add_raw(d.command->user.str());
    events_.add_raw(d.command->event.str());
    outcomes_.add_raw(name_of(d.decision.outcome));
    d.decision.reason ? reasons_.add_raw(name_of(*d.decision.reason)) : reasons_.add_null();
    d.decision.booking ? bookings_.add_raw(d.decision.booking->str()) : bookings_.add_null();
    accepted_.add_raw(format_time(d.command->accepted_at));
  }
  void write(pqxx::work& tx, const std::string& now) const {
    run(tx, kInsertCommands, ids_.str(), kinds_.str(), users_.str(), events_.str(), outcomes_.str(), reasons_.str(),
        bookings_.str(), accepted_.str(), now);
  }

 private:
  ArrayText ids_, kinds_, users_, events_, outcomes_, reasons_, bookings_, accepted_;
};

class NotificationRows {
 public:
  void add(NotificationId id, UserId user, const EventId* event, const std::optional<BookingId>& booking,
           const domain::Message& message, Time created_at) {
    ids_.add_raw(id.str());
    users_.add_raw(user.str());
    event != nullptr ? events_.add_raw(event->str()) : events_.add_null();
    booking ? bookings_.add_raw(booking->str()) : bookings_.add_null();
    kinds_.add_raw(name_of(message.kind));
    messages_.add(message.text);
    created_.add_raw(format_time(created_at));
  }
  void write(pqxx::work& tx, const std::string& now) const {
    run(tx, kInsertNotifications, ids_.str(), users_.str(), events_.str(), bookings_.str(), kinds_.str(),
        messages_.str(), created_.str(), now);
  }

 private:
  ArrayText ids_, users_, events_, bookings_, kinds_, messages_, created_;
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
    ArrayText ids, events, users, states, reasons, seqs, slots, created, promoted, requests;
    bool any = false;
    for (const auto& row : rows_) {
      if (!row.added) continue;
      any = true;
      ids.add_raw(row.booking.id.str());
      events.add_raw(row.event.str());
      users.add_raw(row.booking.user.str());
      states.add_raw(name_of(row.booking.state));
      row.reason ? reasons.add_raw(name_of(*row.reason)) : reasons.add_null();
      row.reason ? seqs.add_null() : seqs.add_raw(std::to_string(row.booking.seq));
      row.reason ? slots.add_null() : slots.add_raw(std::to_string(row.booking.slot));
      created.add_raw(format_time(row.created_at));
      promoted.add_raw(row.promoted ? "t" : "f");
      const bool kept =
          row.booking.state == domain::BookingState::waitlisted && row.request_id.size() <= kRequestIdBytes;
      kept ? requests.add(row.request_id) : requests.add_null();
    }
    if (any)
      run(tx, kInsertBookings, ids.str(), events.str(), users.str(), states.str(), reasons.str(), seqs.str(),
          slots.str(), created.str(), promoted.str(), requests.str(), now);
  }
  RequestIds update(pqxx::work& tx, const std::string& now) const {
    ArrayText ids, states, promoted;
    bool any = false;
    for (const auto& row : rows_) {
      if (row.added) continue;
      any = true;
      ids.add_raw(row.booking.id.str());
      states.add_raw(name_of(row.booking.state));
      promoted.add_raw(row.promoted ? "t" : "f");
    }
    RequestIds found;
    if (!any) return found;
    for (const auto& row : run(tx, kUpdateBookings, ids.str(), states.str(), promoted.str(), now)) {
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
  ArrayText ids, states, totals, available, waiting, limits, next_seqs;
  for (const auto& id : changed) {
    const auto& event = batch.events.at(id);
    ids.add_raw(id.str());
    states.add_raw(event.status == domain::EventStatus::open ? "open" : "cancelled");
    totals.add_raw(std::to_string(event.total_tickets));
    available.add_raw(std::to_string(event.available_tickets));
    waiting.add_raw(std::to_string(event.waiting_count));
    limits.add_raw(std::to_string(event.max_per_user));
    next_seqs.add_raw(std::to_string(event.next_seq));
  }
  run(tx, kUpdateCounters, ids.str(), states.str(), totals.str(), available.str(), waiting.str(), limits.str(),
      next_seqs.str(), now);
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
    notifications.add(d.command->notification, d.command->user, exists ? &d.command->event : nullptr,
                      rejected_booking ? d.command->booking : d.decision.booking,
                      outcome_message(*d.command, d.decision, d.title), d.command->accepted_at);
    for (const auto& change : d.decision.changes) {
      bookings.change(d, change);
      if (change.kind != domain::BookingChange::Kind::promoted) continue;
      notifications.add(NotificationId::make(now, random), change.booking.user, &d.command->event, change.booking.id,
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
