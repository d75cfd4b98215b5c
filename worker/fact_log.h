// The log lines of a batch: what journalctl finds of a booking under its request id.
#pragma once
#include <span>

#include "storage/batch.h"

namespace ticketd::worker {

// A line `decided` for each command, and a line `promoted` for each user who got a seat by it: that one has the
// request id of the promoted user's own booking, and as cause_request_id that of who set the seat free.
void log_facts(std::span<const domain::BatchFact> facts, const storage::RequestIds& promoted);

}  // namespace ticketd::worker
