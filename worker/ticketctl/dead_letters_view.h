// Dead letters as ticketctl shows them.
#pragma once
#include <optional>
#include <string>

#include "base/json_text.h"
#include "storage/dead_letters.h"

namespace ticketd::ctl {

// What an operator calls it by: the command's id, or SHARD/ENTRY if there is none.
std::string id_of(const storage::StoredLetter& letter);

// The command in it; empty if this version cannot read it.
std::optional<domain::Command> command_in(const storage::StoredLetter& letter);

// For `dead list`: a line, and a second one with the error's first.
void print_line(const storage::StoredLetter& letter);
// For `dead show`: everything.
void print_all(const storage::StoredLetter& letter);

JsonText json_of(const storage::StoredLetter& letter);

}  // namespace ticketd::ctl
