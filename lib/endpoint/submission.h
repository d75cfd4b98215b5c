// What booking, cancelling, changing and deleting have in common: a command on its way into the queue, and the answer.
#pragma once
#include <functional>

#include "domain/command.h"
#include "endpoint/serve.h"

namespace ticketd {

// A new command of the user, accepted now.
domain::Command make_command(App& app, const Request& request, UserId user, EventId event, domain::Action action);

// Queues the command under the request's Idempotency-Key, if it has one, and answers 202 with {notification, request}.
// `body` is the request's JSON. The same key with a command that asks for something else is refused.
// Refuses as CommandQueue::submit() does, and validation_failed for a bad key.
Answer submit(App& app, const Request& request, const domain::Command& command, const Json& body,
              std::string_view message);

// Instead of submit(), for a request that would be refused by now: the first answer if it was accepted before under its
// Idempotency-Key, else the refusal.
Answer replay_or(const Refusal& refusal, App& app, const Request& request, const domain::Command& command,
                 const Json& body, std::string_view message);

// Takes an idempotency key, which PostgreSQL keeps with its answer, in the queue as well: a key stands for one request,
// whichever endpoint it is sent to. False: it was used at another one. While the queue is away nobody asks.
bool claim_key(App& app, const Request& request, UserId user, const std::string& key);

// A command that was queued, now or before under the same Idempotency-Key. Where it took no effect yet, it takes
// longer, or half of the threads are waiting already: answer accepted().
struct Submitted {
  domain::Command command;
  bool replayed = false;
  bool took_effect = false;
};

// Queues the command and waits up to config.outcome_wait_ms for its outcome. Refuses as CommandQueue::submit() does,
// and with what the worker refused. `submit`: queues the command, awaited or not, if it may be queued.
using SubmitIf = std::function<Result<queue::Accepted>(bool awaited)>;
Result<Submitted> submit_and_wait(App& app, const SubmitIf& submit);
Result<Submitted> submit_and_wait(App& app, const domain::Command& command,
                                  const std::optional<queue::IdempotencyKey>& key = std::nullopt);

// The request's Idempotency-Key with what it stands for, if it has one. Refuses validation_failed for a bad key.
Result<std::optional<queue::IdempotencyKey>> key_of(const Request& request, const Json& body);

// 202 with {notification, request}, and Location.
Reply accepted(const domain::Command& command, std::string_view message);
// The same once more, and says so.
Reply replayed(const domain::Command& command, std::string_view message);

// Identifies a request for its idempotency key: method, path and body, whatever the order of the body's fields.
std::string fingerprint_of(const Request& request, const Json& body);

}  // namespace ticketd
