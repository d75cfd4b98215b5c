// What is held about a person, as they are given it.
#pragma once
#include <vector>

#include "base/json_text.h"
#include "domain/command.h"
#include "storage/personal_data.h"

namespace ticketd {

// Each list under its name, what is in the queue as `queued`, and `complete`: whether that is all.
JsonText export_json(const storage::Export& all, const std::vector<domain::Command>& pending);

}  // namespace ticketd
