// The fields of an event as its owner sends them, for a new one and for changes.
#pragma once
#include <optional>

#include "base/json.h"
#include "domain/command.h"
#include "refusal/result.h"
#include "storage/pools.h"

namespace ticketd {

// What a body of an event's fields may have: all of its texts, each character of any script escaped, and the rest.
// nginx has the same limit (server.conf).
constexpr std::size_t kEventBodyBytes = std::size_t{256} * 1024;

// A new event without owner and times, with what it has of pools and ticket types, or one of each that is called
// nothing. It starts within ten years, or at any time in the past, and lasts a year at most. Refuses:
// validation_failed.
Result<storage::EventDetails> read_new_event(const Json& body, EventId id, Time now, Random& random);

// Any of the fields, at least one. Refuses: validation_failed.
Result<domain::EventChanges> read_event_changes(const Json& body);

// validation_failed: end_date_time is not after start_date_time.
Refusal ends_before_start();
// validation_failed: number_of_tickets of an event with several pools.
Refusal event_has_pools();

// validation_failed if the changes give the event dates that no new one could have. Dates that stay as they are, sent
// or not, are not looked at: there are events from before there were these rules.
std::optional<Refusal> dates_refusal(const storage::Event& event, const domain::EventChanges& changes, Time now);

}  // namespace ticketd
