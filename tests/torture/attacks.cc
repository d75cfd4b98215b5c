#include "attacks.h"

#include <signal.h>

#include "support/booking_steps.h"
#include "support/crowd.h"
#include "support/stack.h"

namespace ticketd::torture {
namespace {

using e2e::await;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kDeaths = 10;

// Of the queue's Redis, as INFO says it.
std::int64_t used_memory(redis::RedisConnection& redis) {
  const auto info = redis.command({"INFO", "memory"});
  const std::string text(info.text());
  return std::atoll(text.c_str() + text.find("used_memory:") + 12);
}

void stop_workers(Lab& lab) {
  for (const auto& worker : lab.workers()) lab.down(worker);
  for (const auto& worker : lab.workers()) await([&] { return !e2e::is_alive(worker); });
}

void start_workers(Lab& lab) {
  for (const auto& worker : lab.workers()) lab.up(worker);
}

}  // namespace

Plan kill_again_and_again(std::uint64_t seed) {
  Plan plan{.seed = seed, .workers = 1, .clients = 24, .think_ms = 40};
  plan.trouble = [](Lab& lab, Clients&, Chance& chance) {
    for (int death = 0; death < kDeaths; ++death) {
      const pid_t before = e2e::pid_of("worker-1");
      std::this_thread::sleep_for(milliseconds(30 + pick(chance, 170)));
      lab.signal("worker-1", SIGKILL);
      await([&] { return e2e::is_alive("worker-1") && e2e::pid_of("worker-1") != before; });
    }
    return std::vector<Strike>{};
  };
  return plan;
}

bool drains_a_full_queue(Lab& lab) {
  lab.use_workers(1);
  lab.heal();
  const auto people = e2e::make_people(400);
  const auto event = e2e::create_event(people[0], {.tickets = 10});
  stop_workers(lab);
  auto redis = connect_queue();
  const auto empty = used_memory(*redis);
  people[0].patch("/v1/events/" + event, Json::object({{"number_of_tickets", 20}}));
  const auto requests = e2e::accepted_ids(e2e::book_all(people, {event}, 8).replies);
  redis->command({"CONFIG", "SET", "maxmemory", std::to_string((empty + used_memory(*redis)) / 2)});
  start_workers(lab);
  const bool drained =
      await([&] { return e2e::decided(requests) == std::ssize(requests) && queue_depth(*redis) == 0; });
  lab.heal();
  Lab::await_empty_queue();
  return drained && requests.size() == people.size();
}

std::int64_t batches_failed_by_rebooking(Lab& lab) {
  lab.use_workers(1);
  lab.heal();
  const auto people = e2e::make_people(40);
  const auto event = e2e::create_event(people[0], {.tickets = 20});
  e2e::await_decided(e2e::accepted_ids(e2e::book_all(people, {event}, 4).replies));
  const auto before = Lab::log_lines("batch_failed");
  stop_workers(lab);
  for (const auto& person : people) e2e::cancel(person, event);
  const auto requests = e2e::accepted_ids(e2e::book_all(people, {event}, 4).replies);
  start_workers(lab);
  e2e::await_decided(requests);
  return Lab::log_lines("batch_failed") - before;
}

}  // namespace ticketd::torture
