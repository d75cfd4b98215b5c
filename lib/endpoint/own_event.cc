#include "endpoint/own_event.h"

#include "endpoint/admin.h"
#include "storage/users.h"

namespace ticketd {

Result<storage::Event> find_own_event(pqxx::transaction_base& tx, EventId id, UserId caller) {
  auto event = storage::find_event(tx, id);
  if (!event) return Refusal{Code::event_not_found};
  if (acting_on(tx, caller, event->owner) != event->owner) return Refusal{Code::not_event_owner};
  return std::move(*event);
}

Result<storage::Event> lock_own_event(pqxx::work& tx, EventId id, UserId caller) {
  auto event = find_own_event(tx, id, caller);
  if (!event.ok()) return event;
  if (!storage::lock_user(tx, event->owner)) return Refusal{Code::token_invalid};
  return storage::lock_event(tx, id).value();
}

}  // namespace ticketd
