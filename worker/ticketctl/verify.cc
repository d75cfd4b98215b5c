#include "verify/verify.h"

#include <iostream>

#include "base/json_text.h"
#include "queue/audit.h"
#include "ticketctl/commands.h"

namespace ticketd::ctl {
namespace {

using verify::BrokenRule;
using verify::Verification;

constexpr int kRedisTimeoutMs = 2'000;

// The queue's side; without Redis there is still the database's.
struct QueueSide {
  std::optional<queue::QueueAudit> audit;
  std::string error;  // why there is no audit
};

QueueSide look_at_queue(const Config& config) {
  try {
    redis::RedisConnection redis(config.queue_redis_url, kRedisTimeoutMs);
    return {queue::audit_queue(redis, config.shards, SystemClock().now()), ""};
  } catch (const redis::RedisUnavailable& e) {
    return {std::nullopt, e.what()};
  }
}

BrokenRule orphans_of(const queue::QueueAudit& audit) {
  BrokenRule rule{"pending", "a request is shown as queued, and its command is not in the queue", audit.orphans, {}};
  for (const auto& [user, command] : audit.examples) {
    std::string detail = "command ";
    detail.append(command).append(" of person ").append(user);
    rule.examples.push_back({command, std::move(detail)});
  }
  return rule;
}

std::string number_of(std::int64_t count, const std::string& singular) {
  return std::to_string(count) + ' ' + singular + (count == 1 ? "" : "s");
}

void print(const Verification& found, const QueueSide& queue) {
  std::cout << "checked " << number_of(found.events, "event") << ", " << number_of(found.bookings, "booking") << ", "
            << number_of(found.commands, "command") << ", " << number_of(found.notifications, "notification");
  if (queue.audit) std::cout << " and " << number_of(queue.audit->queued, "queued command");
  if (found.broken.empty()) {
    std::cout << ": all rules hold\n";
  } else {
    std::cout << ": " << found.broken.size() << (found.broken.size() == 1 ? " rule is" : " rules are") << " broken\n";
  }
  for (const auto& rule : found.broken) {
    std::cout << '\n' << rule.rule << ": " << rule.says << " (" << rule.count << ")\n";
    for (const auto& example : rule.examples) std::cout << "  " << example.detail << '\n';
    const auto rest = rule.count - static_cast<std::int64_t>(rule.examples.size());
    if (rest > 0) std::cout << "  and " << rest << " more\n";
  }
  if (!queue.audit) std::cout << "\nthe queue was not checked: " << queue.error << '\n';
  if (queue.audit && !queue.audit->complete)
    std::cout << "\nthe queue was checked in part only: it holds more than verify reads\n";
}

JsonText json_of(const BrokenRule& rule) {
  auto examples = JsonText::array();
  for (const auto& example : rule.examples)
    examples.push(JsonText::object({{"id", example.id}, {"detail", example.detail}}));
  return JsonText::object({{"rule", rule.rule}, {"says", rule.says}, {"count", rule.count}, {"examples", examples}});
}

JsonText json_of(const QueueSide& queue) {
  if (!queue.audit) return JsonText::object({{"checked", "no"}, {"error", queue.error}});
  return JsonText::object({{"checked", queue.audit->complete ? "all" : "part"},
                           {"queued", queue.audit->queued},
                           {"pending", queue.audit->pending}});
}

void print_json(const Verification& found, const QueueSide& queue) {
  auto broken = JsonText::array();
  for (const auto& rule : found.broken) broken.push(json_of(rule));
  std::cout << JsonText::object({{"ok", found.broken.empty()},
                                 {"events", found.events},
                                 {"bookings", found.bookings},
                                 {"commands", found.commands},
                                 {"notifications", found.notifications},
                                 {"queue", json_of(queue)},
                                 {"broken", broken}})
                   .str()
            << '\n';
}

}  // namespace

int verify(const Config& config, const Options& options) {
  if (!options.words.empty()) return wrong_usage("verify takes nothing but --json");
  const auto queue = look_at_queue(config);
  postgres::DatabaseConnection connection(config.database_url, {"ticketctl", 0, 0, true});
  auto found = verify::recount(connection.get());
  if (queue.audit && queue.audit->orphans > 0) found.broken.push_back(orphans_of(*queue.audit));
  options.json ? print_json(found, queue) : print(found, queue);
  return found.broken.empty() ? 0 : 1;
}

}  // namespace ticketd::ctl
