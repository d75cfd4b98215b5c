#include "ticketctl/submission.h"

#include "http/reply.h"
#include "storage/bookings.h"

namespace ticketd::ctl {
namespace {

constexpr int kRedisTimeoutMs = 2'000;
constexpr int kOutcomeWaitMs = 10'000;

}  // namespace

Submission::Submission(const Config& config, postgres::DatabasePool& database)
    : database_(database),
      redis_(config.queue_redis_url, kRedisTimeoutMs),
      queue_(redis_, {config.shards, config.queue_max, config.pending_per_user}) {
  redis_.command({"PING"});
}

std::string Submission::carry_out(UserId user, EventId event, domain::Action action) {
  domain::Command command;
  command.accepted_at = clock_.now();
  command.id = CommandId::make(command.accepted_at, random_);
  command.user = user;
  command.event = event;
  command.action = std::move(action);
  command.notification = NotificationId::make(command.accepted_at, random_);
  command.request_id = "ticketctl-" + command.id.str();
  const auto queued = queue_.submit(command, std::nullopt, true);
  if (!queued.ok()) return "refused: " + std::string(http::name_of(queued.refusal().code));
  worker_answers_ = worker_answers_ && queue_.await_outcome(command.id, kOutcomeWaitMs);
  if (!worker_answers_) return "queued";
  const auto request = postgres::autocommit(
      database_, [&](pqxx::transaction_base& tx) { return storage::find_command_outcome(tx, command.id, user); });
  if (!request) return "queued";
  return request->outcome + (request->reason ? ": " + *request->reason : "");
}

}  // namespace ticketd::ctl
