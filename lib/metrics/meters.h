// The metrics of a handler's pools of connections.
#pragma once
#include <string>

#include "metrics/metrics.h"

namespace ticketd {

// `process`: the handler's name. `most`: sessions that the pool may open.
PoolMeter database_meter(Metrics& metrics, const std::string& process, int most);

// `store`: queue or cache.
PoolMeter redis_meter(Metrics& metrics, const std::string& process, const std::string& store);

}  // namespace ticketd
