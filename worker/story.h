// The log lines of a batch: what journalctl finds of a booking under its request id.
#pragma once
#include <span>

#include "storage/batch.h"

namespace ticketd::worker {

// A line `decided` for each command, and a line `promoted` for each person who got a seat by it: that one has the
// request id of the promoted person's own booking, and as cause_request_id that of who set the seat free.
void log_decided(std::span<const storage::Decided> decided, const storage::RequestIds& promoted);

}  // namespace ticketd::worker
