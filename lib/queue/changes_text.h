// What an owner changes about an event, a pool or a ticket type, as JSON: the field `changes` of a command.
#pragma once
#include <optional>
#include <string>

#include "domain/command.h"

namespace ticketd::queue {

// Of a command that changes one of these; empty where nothing is changed, and for all other commands.
std::string changes_text(const domain::Action& action);

// Empty for what changes_text() cannot have made: no object, or a field of another type or out of range.
std::optional<domain::EventChanges> event_changes_of(const std::string& text);
std::optional<domain::PoolChanges> pool_changes_of(const std::string& text);
std::optional<domain::TicketTypeChanges> ticket_type_changes_of(const std::string& text);

}  // namespace ticketd::queue
