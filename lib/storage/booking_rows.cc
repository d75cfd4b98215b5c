#include "storage/booking_rows.h"

#include "base/overloaded.h"
#include "postgres/array_parameter.h"
#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const Statement kInsertBookings{"insert_bookings", R"(
  INSERT INTO bookings (id, event_id, user_id, state, reason, seq, slot, created_at, updated_at, promoted_at, cancelled_at,
                        request_id, quantity, remainder, fits_from, held_until, pool_id, ticket_type_id, given_back)
  SELECT b.id, b.event_id, b.user_id, b.state, b.reason, b.seq, b.slot, b.created_at, $11,
         CASE WHEN b.promoted THEN $11::timestamptz END, CASE WHEN b.state = 'cancelled' THEN $11::timestamptz END,
         b.request_id, b.quantity, b.remainder, b.fits_from, b.held_until, b.pool_id, b.ticket_type_id, b.given_back::smallint[]
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::smallint[], $8::timestamptz[], $9::boolean[],
              $10::text[], $12::smallint[], $13::text[], $14::smallint[], $15::timestamptz[], $16::uuid[], $17::uuid[], $18::text[])
    AS b (id, event_id, user_id, state, reason, seq, slot, created_at, promoted, request_id, quantity, remainder, fits_from, held_until,
          pool_id, ticket_type_id, given_back))"};

const Statement kUpdateBookings{"update_bookings", R"(
  UPDATE bookings SET state = b.state, updated_at = $4, promoted_at = CASE WHEN b.promoted THEN $4 ELSE promoted_at END,
    cancelled_at = CASE WHEN b.state = 'cancelled' THEN $4::timestamptz END, reason = b.reason, quantity = b.quantity,
    remainder = b.remainder, fits_from = b.fits_from, held_until = b.held_until, given_back = b.given_back::smallint[]
  FROM unnest($1::uuid[], $2::text[], $3::boolean[], $5::text[], $6::smallint[], $7::text[], $8::smallint[], $9::timestamptz[], $10::text[])
    AS b (id, state, promoted, reason, quantity, remainder, fits_from, held_until, given_back)
  WHERE bookings.id = b.id
  RETURNING bookings.id, CASE WHEN b.promoted THEN bookings.request_id END)"};

// A longer one, which nginx lets nobody send, is not worth a booking: its promotion is logged without.
constexpr std::size_t kRequestIdBytes = 128;

// A booking as the whole batch leaves it: made and cancelled in one batch, it is written once.
struct FinalBooking {
  domain::Booking booking;
  const domain::Command* made_by = nullptr;  // null: it was there before
  std::optional<domain::Reason> reason;      // why it was rejected, or ended
  bool promoted = false;
  int edition = 1;  // of its event
};

// What a row says of one that waits, and of no other.
std::optional<std::string_view> remainder_of(const domain::Booking& booking) {
  if (booking.state != domain::BookingState::waitlisted || !booking.accept_fewer) return std::nullopt;
  return name_of(*booking.accept_fewer);
}

std::optional<std::int16_t> fits_from(const FinalBooking& row) {
  if (row.booking.state != domain::BookingState::waitlisted || row.edition < 2) return std::nullopt;
  return static_cast<std::int16_t>(row.booking.accept_fewer ? 1 : row.booking.quantity);
}

// The word of the column: seats that are held are taken.
std::string_view state_of(const domain::Booking& booking) {
  return name_of(booking.state == domain::BookingState::held ? domain::BookingState::confirmed : booking.state);
}

std::optional<Time> held_until(const domain::Booking& booking) {
  return booking.state == domain::BookingState::held ? booking.held_until : std::nullopt;
}

// As PostgreSQL writes an array; null for none.
std::optional<std::string> given_back(const domain::Booking& booking) {
  if (booking.given_back.none()) return std::nullopt;
  return '{' + domain::ticket_numbers_text(booking.given_back, ',') + '}';
}

class FinalBookings {
 public:
  FinalBookings(const LoadedBatch& batch, std::span<const domain::BatchFact> facts) : batch_(batch) {
    for (const auto& [command, title, fact] : facts) add(*command, fact);
  }

  RequestIds save(pqxx::work& tx, const std::string& now) const {
    auto promoted = update(tx, now);  // first: a cancelled booking's slot may be taken again in the same batch
    insert(tx, now);
    for (const auto& row : rows_) {
      if (row.made_by != nullptr && row.promoted && row.made_by->user == row.booking.user)
        promoted.emplace(row.booking.id, row.made_by->request_id);
    }
    return promoted;
  }

 private:
  void add(const domain::Command& command, const domain::Fact& fact) {
    std::visit(Overloaded{
                   [&](const domain::Booked& made) { make(command, made.booking); },
                   [&](const domain::Waitlisted& made) { make(command, made.booking); },
                   [&](const domain::Rejected& rejected) {
                     if (!rejected.booking) return;
                     make(command, refused(command, *rejected.booking)).reason = rejected.reason;
                   },
                   [&](const domain::Cancelled& cancelled) {
                     row_of(command, cancelled.booking.id).booking = cancelled.booking;
                   },
                   [&](const domain::BookingChanged& changed) {
                     row_of(command, changed.booking.id).booking = changed.booking;
                   },
                   [&](const domain::RestWaits& rest) { make(command, rest.booking); },
                   [&](const domain::NeverFits& ended) {
                     auto& row = row_of(command, ended.booking.id);
                     row.booking = ended.booking;
                     row.reason = domain::Reason::never_fits;
                   },
                   [&](const domain::HoldConfirmed& confirmed) {
                     row_of(command, confirmed.booking.id).booking = confirmed.booking;
                   },
                   [](const domain::OrganiserConfirmed&) {},
                   [&](const domain::HoldExpired& expired) {
                     auto& row = row_of(command, expired.booking.id);
                     row.booking = expired.booking;
                     row.reason = domain::Reason::offer_expired;
                   },
                   [&](const domain::Promoted& promoted) {
                     auto& row = row_of(command, promoted.booking.id);
                     row.booking = promoted.booking;
                     row.promoted = true;
                   },
                   [](const domain::NothingToCancel&) {},
                   [](const domain::EventUpdated&) {},
                   [](const domain::EventGrew&) {},
                   // these concern many bookings: see bulk_changes.h
                   [](const domain::EventDeleted&) {},
                   [](const domain::EventMoved&) {},
                   [](const domain::LineClosed&) {},
               },
               fact);
  }
  // A booking that was not made, of the pool and type that it was for as far as there are such.
  [[nodiscard]] domain::Booking refused(const domain::Command& command, BookingId id) const {
    const auto& wish = std::get<domain::Book>(command.action);
    domain::Booking booking{id, command.user, domain::BookingState::rejected, 0, 0, wish.quantity};
    const auto& event = batch_.events.at(command.event);
    const auto* type = wish.type ? event.find_type(*wish.type) : event.bookable(std::nullopt);
    if (type == nullptr) type = &event.types.front();
    booking.pool = type->pool;
    booking.type = type->id;
    return booking;
  }
  FinalBooking& make(const domain::Command& command, const domain::Booking& booking) {
    auto& row = row_of(command, booking.id);
    row.booking = booking;
    row.made_by = &command;
    return row;
  }
  FinalBooking& row_of(const domain::Command& command, BookingId id) {
    const auto [found, is_new] = at_.emplace(id, rows_.size());
    if (is_new) rows_.emplace_back().edition = batch_.events.at(command.event).edition;
    return rows_[found->second];
  }

  void insert(pqxx::work& tx, const std::string& now) const {
    ArrayParameter<BookingId> ids;
    ArrayParameter<EventId> events;
    ArrayParameter<UserId> users;
    ArrayParameter<std::string_view> states, reasons, requests, remainders, numbers;
    ArrayParameter<std::int64_t> seqs;
    ArrayParameter<std::int16_t> slots, quantities, wishes;
    ArrayParameter<Time> created, deadlines;
    ArrayParameter<bool> promoted;
    ArrayParameter<PoolId> pools;
    ArrayParameter<TicketTypeId> types;
    for (const auto& row : rows_) {
      if (row.made_by == nullptr) continue;
      const auto event = row.made_by->event.uuid;
      const bool has_pools = row.edition >= domain::kEditionOfPools;
      has_pools ? pools.add(row.booking.pool) : pools.add_null();
      has_pools&& row.booking.type.uuid != event ? types.add(row.booking.type) : types.add_null();
      const auto& request = row.made_by->request_id;
      ids.add(row.booking.id);
      events.add(row.made_by->event);
      users.add(row.booking.user);
      states.add(state_of(row.booking));
      deadlines.add(held_until(row.booking));
      const bool rejected = row.booking.state == domain::BookingState::rejected;
      row.reason ? reasons.add(name_of(*row.reason)) : reasons.add_null();
      rejected ? seqs.add_null() : seqs.add(row.booking.seq);
      rejected ? slots.add_null() : slots.add(static_cast<std::int16_t>(row.booking.slot));
      quantities.add(static_cast<std::int16_t>(row.booking.quantity));
      remainders.add(remainder_of(row.booking));
      wishes.add(fits_from(row));
      numbers.add(given_back(row.booking));
      created.add(row.made_by->accepted_at);
      promoted.add(row.promoted);
      const bool kept = row.booking.state == domain::BookingState::waitlisted && request.size() <= kRequestIdBytes &&
                        row.made_by->user == row.booking.user;
      kept ? requests.add(request) : requests.add_null();
    }
    if (ids.empty()) return;
    run(tx, kInsertBookings, ids.binary(), events.binary(), users.binary(), states.binary(), reasons.binary(),
        seqs.binary(), slots.binary(), created.binary(), promoted.binary(), requests.binary(), now, quantities.binary(),
        remainders.binary(), wishes.binary(), deadlines.binary(), pools.binary(), types.binary(), numbers.binary());
  }

  RequestIds update(pqxx::work& tx, const std::string& now) const {
    ArrayParameter<BookingId> ids;
    ArrayParameter<std::string_view> states, reasons, remainders, numbers;
    ArrayParameter<std::int16_t> quantities, wishes;
    ArrayParameter<Time> deadlines;
    ArrayParameter<bool> promoted;
    for (const auto& row : rows_) {
      if (row.made_by != nullptr) continue;
      ids.add(row.booking.id);
      states.add(state_of(row.booking));
      deadlines.add(held_until(row.booking));
      promoted.add(row.promoted);
      row.reason ? reasons.add(name_of(*row.reason)) : reasons.add_null();
      quantities.add(static_cast<std::int16_t>(row.booking.quantity));
      remainders.add(remainder_of(row.booking));
      wishes.add(fits_from(row));
      numbers.add(given_back(row.booking));
    }
    RequestIds found;
    if (ids.empty()) return found;
    for (const auto& row :
         run(tx, kUpdateBookings, ids.binary(), states.binary(), promoted.binary(), now, reasons.binary(),
             quantities.binary(), remainders.binary(), wishes.binary(), deadlines.binary(), numbers.binary())) {
      if (!row[1].is_null()) found.emplace(id_of<BookingId>(row[0]), text_of(row[1]));
    }
    return found;
  }

  const LoadedBatch& batch_;
  std::unordered_map<BookingId, std::size_t> at_;
  std::vector<FinalBooking> rows_;
};

}  // namespace

RequestIds save_booking_rows(pqxx::work& tx, const LoadedBatch& batch, std::span<const domain::BatchFact> facts,
                             Time now) {
  return FinalBookings(batch, facts).save(tx, format_time(now));
}

}  // namespace ticketd::storage
