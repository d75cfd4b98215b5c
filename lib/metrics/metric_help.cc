// Every metric of ours, with what it means. A new one gets its line here; a test fails where one is missing.
#include <algorithm>
#include <iterator>
#include <utility>

#include "metrics/exposition.h"

namespace ticketd {
namespace {

constexpr std::pair<std::string_view, std::string_view> kHelp[] = {
    {"ticketd_http_requests_total", "Requests answered by a handler."},
    {"ticketd_http_request_duration_seconds", "From the request's arrival in its handler to the reply."},
    {"ticketd_http_requests_in_flight", "Requests that handlers are working on."},
    {"ticketd_rate_limit_decisions_total",
     "What the rate limit said: allowed, refused, or unchecked because the cache was away."},
    {"ticketd_login_throttled_total", "Tries of a password refused because of too many wrong ones before."},
    {"ticketd_refresh_replays_total", "Used refresh tokens that came again, and whose family was revoked for that."},
    {"ticketd_cache_unavailable_total", "Calls that found no cache Redis and went on without it."},
    {"ticketd_database_connections", "Database sessions of handlers."},
    {"ticketd_database_connections_max", "The most database sessions that the living handlers may open."},
    {"ticketd_database_waits_total", "Times a handler's thread had to wait for a database session."},
    {"ticketd_database_wait_seconds_total", "Time spent in these waits."},
    {"ticketd_redis_connections", "Redis connections of handlers."},
    {"ticketd_worker_commands_total", "Commands decided and committed; a killed worker may leave out its last batch."},
    {"ticketd_worker_batch_commands", "Commands committed in one transaction."},
    {"ticketd_worker_batch_duration_seconds", "From the start of a batch's transaction to the end of its COMMIT."},
    {"ticketd_worker_commit_duration_seconds", "COMMIT alone."},
    {"ticketd_worker_lag_seconds", "From a command's acceptance to the end of its COMMIT."},
    {"ticketd_worker_redeliveries_total", "Commands read again that had taken effect before; nothing is done twice."},
    {"ticketd_worker_promotions_total", "People who got a seat from the waiting list."},
    {"ticketd_worker_expired_holds_total", "Bookings whose seats were held and went on, for nobody confirmed in time."},
    {"ticketd_worker_dead_letters_total", "Commands put aside: they failed for a reason of their own."},
    {"ticketd_worker_failed_batches_total", "Batches that failed and were tried again or halved."},
    {"ticketd_worker_faults_total", "Times a worker began anew because PostgreSQL or Redis was away."},
    {"ticketd_worker_shards", "Shards of the queue that a worker drains."},
    {"ticketd_mails_total",
     "Mails that the mail server was asked to take, by its verdict: accepted, refused for good, later, or no_server, "
     "which "
     "counts the tries to reach it."},
    {"ticketd_webhook_deliveries_total", "Attempts to deliver a webhook, by what became of them."},
    {"ticketd_webhooks_faults_total", "Times ticketd-webhooks began anew, mostly because PostgreSQL was away."},
    {"ticketd_messenger_faults_total", "Times a messenger began anew because PostgreSQL was away."},
    {"ticketd_processes", "Living processes; a handler without requests ends after a while."},
    {"ticketd_process_start_time_seconds", "When the process started, since 1970."},
    {"ticketd_process_starts_total", "Starts of the process."},
    {"ticketd_process_start_failures_total", "Starts that failed: wrong settings, or no socket to serve."},
    {"ticketd_build_info", "The version that answers."},
    {"ticketd_store_up", "1 if the store answers, 0 if not."},
    {"ticketd_event_seats",
     "Seats of an event that are not held back; of the ten events that the last thousand decided commands were about "
     "most."},
    {"ticketd_event_seats_free", "Those of its seats that nobody has."},
    {"ticketd_event_waiting", "Bookings on its waiting list."},
    {"ticketd_queue_commands", "Commands that wait in the queue."},
    {"ticketd_queue_oldest_age_seconds", "How long the oldest of them has waited; 0 with an empty queue."},
    {"ticketd_queue_memory_bytes", "Memory used by the queue's Redis."},
    {"ticketd_queue_memory_max_bytes", "Its maxmemory; 0 is no limit."},
    {"ticketd_dead_letters", "Commands put aside that nobody has retried or dropped."},
};

}  // namespace

std::string_view help_of(std::string_view metric) {
  const auto* found = std::ranges::find(kHelp, metric, [](const auto& line) { return line.first; });
  return found == std::end(kHelp) ? std::string_view() : found->second;
}

}  // namespace ticketd
