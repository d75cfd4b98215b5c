#include "attacks.h"

#include <signal.h>

#include <algorithm>

#include "support/booking_steps.h"
#include "support/crowd.h"
#include "support/stack.h"
#include "support/stack_database.h"

namespace ticketd::torture {
namespace {

using e2e::await;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kDeaths = 10;
// A worker looks for what is due twice a second: after so long it has to.
constexpr milliseconds kBetweenLooks{1'000};

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

DeadlineOutcome freeze_across_a_deadline(Lab& lab) {
  constexpr std::size_t kSeats = 40;
  lab.use_workers(2);
  lab.heal();
  const auto people = e2e::make_people(kSeats + kSeats / 2);  // those of the last third wait
  auto body = e2e::event_body({.tickets = kSeats});
  body.set("hold_minutes", 1);
  const std::string event(people[0].post("/v1/events/initialize", body).data()["id"].text());
  e2e::await_decided(e2e::accepted_ids(e2e::book_all(people, {event}, 4).replies));
  std::vector<std::pair<std::string, std::string>> held;  // user and booking
  for (const auto& row :
       e2e::query("SELECT user_id, id FROM bookings WHERE event_id = $1::uuid AND held_until IS NOT NULL", event))
    held.emplace_back(row[0].as<std::string>(), row[1].as<std::string>());
  const auto say_yes = [&](std::size_t i) {
    const auto& [user, booking] = held[i];
    const auto& person = *std::find_if(people.begin(), people.end(), [&](const auto& it) { return it.id == user; });
    return person.post("/v1/bookings/" + booking + "/confirm", Json::object());
  };
  const auto is_so = [&](std::size_t i, const std::string& what) {
    return e2e::count("SELECT count(*) FROM bookings WHERE id = $1::uuid AND " + what, held[i].second) == 1;
  };

  const auto in_time = held.size() / 2;
  DeadlineOutcome outcome;
  if (held.size() != kSeats) return outcome;
  const auto stopped_at = std::chrono::steady_clock::now();
  for (const auto& worker : lab.workers()) lab.signal(worker, SIGSTOP);
  for (std::size_t i = 0; i < in_time; ++i) say_yes(i);
  outcome.in_time = static_cast<int>(in_time);
  Lab::let_pass(std::chrono::seconds(61));
  std::vector<bool> too_late;
  for (std::size_t i = in_time; i < held.size(); ++i)
    too_late.push_back(say_yes(i).json["code"].text() == "offer_expired");
  outcome.late = static_cast<int>(too_late.size());
  std::this_thread::sleep_until(stopped_at + kBetweenLooks);
  for (const auto& worker : lab.workers()) lab.signal(worker, SIGCONT);
  await([&] {
    return e2e::count("SELECT count(*) FROM bookings WHERE event_id = $1::uuid AND held_until IS NOT NULL", event) == 0;
  });
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (i < in_time) {
      outcome.heeded += is_so(i, "state = 'confirmed'") ? 1 : 0;
    } else {
      const bool has_none = is_so(i, "state = 'cancelled' AND reason = 'offer_expired'");
      outcome.refused += has_none && too_late[i - in_time] ? 1 : 0;
    }
  }
  Lab::set_clocks_right();
  return outcome;
}

}  // namespace ticketd::torture
