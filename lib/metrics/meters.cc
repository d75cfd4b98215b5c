#include "metrics/meters.h"

namespace ticketd {

PoolMeter database_meter(Metrics& metrics, const std::string& process, int most) {
  const auto label = "process=\"" + process + '"';
  const auto connections = "ticketd_database_connections{" + label + ",state=\"";
  metrics.gauge("ticketd_database_connections_max{" + label + '}') = most;
  return {metrics.gauge(connections + "in_use\"}"), metrics.gauge(connections + "idle\"}"),
          metrics.series("ticketd_database_waits_total{" + label + '}'),
          metrics.series("ticketd_database_wait_seconds_total{" + label + '}')};
}

PoolMeter redis_meter(Metrics& metrics, const std::string& process, const std::string& store) {
  const auto connections = "ticketd_redis_connections{process=\"" + process + "\",store=\"" + store + "\",state=\"";
  return {metrics.gauge(connections + "in_use\"}"), metrics.gauge(connections + "idle\"}")};
}

}  // namespace ticketd
