#include "storage/command_rows.h"

#include "postgres/array_parameter.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const Statement kInsertCommands{"insert_commands", R"(
  INSERT INTO commands (id, kind, user_id, event_id, state, outcome, reason, booking_id, accepted_at, decided_at)
  SELECT c.id, c.kind, c.user_id, c.event_id, 'done', c.outcome, c.reason, c.booking_id, c.accepted_at, $9
  FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::timestamptz[])
    AS c (id, kind, user_id, event_id, outcome, reason, booking_id, accepted_at))"};

}  // namespace

void insert_command_rows(pqxx::work& tx, std::span<const domain::BatchFact> facts, Time now) {
  ArrayParameter<CommandId> ids;
  ArrayParameter<UserId> users;
  ArrayParameter<EventId> events;
  ArrayParameter<std::string_view> kinds, outcomes, reasons;
  ArrayParameter<BookingId> bookings;
  ArrayParameter<Time> accepted;
  for (const auto& [command, title, fact] : facts) {
    const auto outcome = outcome_of(fact);
    if (!outcome) continue;
    const auto reason = reason_of(fact);
    ids.add(command->id);
    kinds.add(name_of(command->kind()));
    users.add(command->user);
    events.add(command->event);
    outcomes.add(name_of(*outcome));
    reason ? reasons.add(name_of(*reason)) : reasons.add_null();
    // A booking that was not made is no booking of the command.
    reason ? bookings.add_null() : bookings.add(booking_of(fact));
    accepted.add(command->accepted_at);
  }
  run(tx, kInsertCommands, ids.binary(), kinds.binary(), users.binary(), events.binary(), outcomes.binary(),
      reasons.binary(), bookings.binary(), accepted.binary(), format_time(now));
}

}  // namespace ticketd::storage
