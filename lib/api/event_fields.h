// The fields of an event as its owner sends them, for a new one and for changes.
#pragma once
#include <optional>

#include "base/json.h"
#include "domain/command.h"
#include "refusal/result.h"
#include "storage/events.h"

namespace ticketd {

// What a body of an event's fields may have: all of its texts, each character of any script escaped, and the rest.
// nginx has the same limit (server.conf).
constexpr std::size_t kEventBodyBytes = std::size_t{256} * 1024;

// A new event without id, owner and times. Refuses: validation_failed.
Result<storage::Event> read_new_event(const Json& body);

// Any of the fields, at least one. Refuses: validation_failed.
Result<domain::EventChanges> read_event_changes(const Json& body);

// validation_failed: end_date_time is not after start_date_time.
Refusal ends_before_start();

// ends_before_start() if the event would end before it starts once the changes are made.
std::optional<Refusal> dates_refusal(const storage::Event& event, const domain::EventChanges& changes);

}  // namespace ticketd
