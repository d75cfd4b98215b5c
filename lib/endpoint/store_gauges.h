// What /metrics looks at when it is asked: the stores as they are now.
#pragma once
#include <vector>

#include "base/time.h"
#include "config/config.h"
#include "metrics/exposition.h"

namespace ticketd {

// Asks each store on a connection of its own, for at most some seconds; one that is away is told as such, and what only
// it knows is left out.
std::vector<Sample> look_at_stores(const Config& config, Time now);

}  // namespace ticketd
