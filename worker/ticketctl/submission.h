// Commands that an operator has carried out: through the queue, as everybody's.
#pragma once
#include <string>

#include "base/random.h"
#include "base/time.h"
#include "config/config.h"
#include "domain/command.h"
#include "postgres/database.h"
#include "queue/command_queue.h"
#include "redis/pool.h"

namespace ticketd::ctl {

class Submission {
 public:
  // Throws redis::RedisUnavailable if the queue does not answer: then nothing is begun.
  Submission(const Config& config, postgres::DatabasePool& database);

  // Queues the command in the name of `user` and waits for the worker, at most 10 s. Gives back its outcome, such as
  // "cancelled"; "rejected: REASON"; "queued" if it takes longer, and then nobody waits for the next ones;
  // "refused: …" if it was not accepted. Throws redis::RedisUnavailable, postgres::DatabaseUnavailable.
  std::string carry_out(UserId user, EventId event, domain::Action action);

  // What is not in the queue by now does not come in any more.
  void refuse_bookings_of(UserId user) { queue_.refuse_bookings_of(user); }

  // What the user has asked for and is not decided.
  std::vector<domain::Command> list_pending(UserId user) { return queue_.list_pending(user); }

 private:
  postgres::DatabasePool& database_;
  redis::RedisPool redis_;
  queue::CommandQueue queue_;
  SystemClock clock_;
  SystemRandom random_;
  bool worker_answers_ = true;
};

}  // namespace ticketd::ctl
