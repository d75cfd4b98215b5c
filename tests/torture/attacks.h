// Attacks that were thought out, not drawn: each aims at one place where the worker could go wrong.
#pragma once
#include <functional>
#include <string>

#include "round.h"

namespace ticketd::torture {

// Only worker-1 runs, and dies again and again with a backlog before it: none of the commands is to blame for that.
Plan kill_again_and_again(std::uint64_t seed);

// The queue is full and its worker has only just started: what it writes for its own sake must not keep it from
// draining. Says whether everything queued has its outcome within 10 s, the memory still being short.
bool drains_a_full_queue(Lab& lab);

// Somebody cancels and books anew, both in one batch: how often a batch failed for a reason of its own, which is never.
std::int64_t batches_failed_by_rebooking(Lab& lab);

// Seats are held for a minute. All workers stand still: some people say yes, the minute ends, the others say yes. Then
// the workers go on, with a view of before.
struct DeadlineOutcome {
  int in_time = 0, heeded = 0;  // of those who said yes in time
  int late = 0, refused = 0;    // of those who were too late: by the API, and their seats went on
  [[nodiscard]] bool is_just() const { return in_time > 0 && late > 0 && in_time == heeded && late == refused; }
};
DeadlineOutcome freeze_across_a_deadline(Lab& lab);

}  // namespace ticketd::torture
