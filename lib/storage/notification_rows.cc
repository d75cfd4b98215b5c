#include "storage/notification_rows.h"

#include "domain/message.h"
#include "postgres/array_parameter.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const Statement kInsertNotifications{"insert_notifications", R"(
  INSERT INTO notifications (id, user_id, event_id, booking_id, kind, message, arguments, created_at, updated_at)
  SELECT n.id, n.user_id, n.event_id, n.booking_id, n.kind, n.message, n.arguments::jsonb, n.created_at, $9
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
    AS n (id, user_id, event_id, booking_id, kind, message, arguments, created_at))"};

}  // namespace

void insert_notification_rows(pqxx::work& tx, std::span<const domain::BatchFact> facts, Time now, Random& random) {
  ArrayParameter<NotificationId> ids;
  ArrayParameter<UserId> users;
  ArrayParameter<EventId> events;
  ArrayParameter<BookingId> bookings;
  ArrayParameter<std::string_view> kinds, messages, arguments;
  ArrayParameter<Time> created;
  for (const auto& fact : facts) {
    const auto message = domain::message_of(fact);
    if (!message) continue;
    const auto other = other_user_of(fact.fact);
    ids.add(other ? NotificationId::make(now, random) : fact.command->notification);
    users.add(other.value_or(fact.command->user));
    fact.has_event() ? events.add(fact.command->event) : events.add_null();
    bookings.add(booking_of(fact.fact));
    kinds.add(name_of(message->kind));
    messages.add(message->text);
    arguments.add(message->arguments);
    created.add(other ? now : fact.command->accepted_at);
  }
  run(tx, kInsertNotifications, ids.binary(), users.binary(), events.binary(), bookings.binary(), kinds.binary(),
      messages.binary(), arguments.binary(), created.binary(), format_time(now));
}

}  // namespace ticketd::storage
