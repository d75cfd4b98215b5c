// Names of time zones.
#pragma once
#include <string_view>

namespace ticketd {

// Is it a name of the IANA time zone database, as the tzdata of this host has it now: a zone's, or another name for
// one, written with its capitals? No name is ever made a path. Throws std::runtime_error where there is no tzdata.
bool is_timezone(std::string_view name);

}  // namespace ticketd
