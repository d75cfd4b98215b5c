// What an organiser says of seat pools and ticket types.
#pragma once
#include "domain/ticket_type.h"
#include "http/fields.h"
#include "storage/pools.h"

namespace ticketd {

// Of a new one: name and capacity have to be there. What is bad is in `in`.
domain::PoolChanges read_new_pool(http::Fields& in);
// Any of name, capacity, held_back and `to`, at least one of the first three. What is bad is in `in`.
domain::PoolChanges read_pool_changes(http::Fields& in);

// Of a new one: a name has to be there, and an access code where one is asked for. What is bad is in `in`.
domain::TicketTypeChanges read_new_type(http::Fields& in, TicketTypeId id);
// Of a new one that says none: behind the others, as far as there are positions.
int position_behind(const std::vector<storage::TicketType>& types);
// At least one of the fields; null takes away what may be missing. What is bad is in `in`. Of no type, if there is
// none: then it is the fields alone that are looked at.
domain::TicketTypeChanges read_type_changes(http::Fields& in, TicketTypeId id, const storage::TicketType* now);

// What is wrong with that field: more pools, ticket types or seats than an event may have.
FieldError too_many_error(const char* field);
// validation_failed: the event has as many pools, ticket types or seats as it may have; `field`: of what was to be
// made.
Refusal too_many(const char* field);
// validation_failed: nobody could book the ticket type.
Refusal sale_ends_before_start();

}  // namespace ticketd
