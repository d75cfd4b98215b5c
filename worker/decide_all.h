// A batch of commands, decided one after the other.
#pragma once
#include <span>

#include "storage/batch.h"

namespace ticketd::worker {

// Carries the commands out on the loaded events, in their order, and says what that made happen. Those that took effect
// before are passed over.
domain::BatchFacts decide_all(storage::LoadedBatch& batch, std::span<const domain::Command> commands);

}  // namespace ticketd::worker
