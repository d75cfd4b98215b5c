// The queue Redis's own log (AOF): every command that was ever queued, in the order in which it was, also those that
// the worker has deleted from the stream since. Against it the audit holds what PostgreSQL says.
#pragma once
#include <vector>

#include "domain/command.h"

namespace ticketd::torture {

// Every command queued since Lab::begin_log(), in order within a shard. The queue must be idle. Throws
// std::runtime_error where the log cannot be read.
std::vector<domain::Command> read_accepted_log();

}  // namespace ticketd::torture
