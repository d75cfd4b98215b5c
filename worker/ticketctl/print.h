// Text for a terminal.
#pragma once
#include <string>
#include <string_view>

#include "base/time.h"

namespace ticketd::ctl {

// What people and servers wrote may hold anything: spaces instead of control characters.
std::string harmless(std::string_view text);

// An indented line of `name` and value; nothing where the value is empty.
void print_field(const char* name, const std::string& value);

// Prints "and N more" if there are more than were shown.
void print_rest(std::int64_t count, std::size_t shown);

// 85 s, 3 h, 2 d: one unit.
std::string duration_text(seconds duration);

}  // namespace ticketd::ctl
