#include "recovery.h"

#include <signal.h>

#include <set>

#include "base/uuid.h"
#include "domain/shard.h"
#include "queue/command_queue.h"
#include "support/booking_steps.h"
#include "support/crowd.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/stack_redis.h"

namespace ticketd::torture {
namespace {

using e2e::await;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kShards = 16;
constexpr double kWorkerBack_s = 2;
constexpr double kStoreBack_s = 5;
constexpr double kHandOver_s = 2;

double since(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

// An event in each shard.
std::vector<std::string> events_everywhere(const e2e::Person& owner) {
  std::vector<std::string> events;
  std::set<int> shards;
  while (shards.size() < kShards) {
    auto event = e2e::create_event(owner, {.tickets = 100'000});
    if (shards.insert(domain::shard_of(*EventId::parse(event), kShards)).second) events.push_back(std::move(event));
  }
  return events;
}

// Books one ticket of each event; asks again while the queue is away. Returns the requests' ids.
std::vector<std::string> book_everywhere(const std::vector<std::string>& events) {
  std::vector<std::string> requests;
  for (const auto& event : events) {
    const auto person = e2e::make_person();
    const auto key = e2e::fresh_title();
    await([&] {
      const auto reply = e2e::book(person, event, key);
      if (reply.status == 202) requests.emplace_back(reply.data()["request"]["id"].text());
      return reply.status == 202;
    });
  }
  return requests;
}

// Until each of the requests has its outcome; PostgreSQL may be away.
void await_outcomes(const std::vector<std::string>& requests) {
  const auto done = [&] {
    try {
      auto connection = connect_directly();
      pqxx::nontransaction tx(connection);
      const auto rows =
          postgres::execute(tx, "SELECT count(*) FROM commands WHERE id = ANY ($1::uuid[])", e2e::array_of(requests));
      return rows[0][0].as<std::size_t>() == requests.size();
    } catch (const pqxx::failure&) {
      return false;
    }
  };
  await(done, seconds(30), milliseconds(5));
}

// Something happens; from then on, or from when `back` says so, until every shard has carried out what was queued
// meanwhile.
Recovery measure(const std::string& what, double limit_s, const std::vector<std::string>& events,
                 const std::function<void()>& happen, const std::function<bool()>& back) {
  await_outcomes(book_everywhere(events));
  auto start = steady_clock::now();
  happen();
  if (back) {
    await(back, seconds(30), milliseconds(5));
    start = steady_clock::now();
  }
  await_outcomes(book_everywhere(events));
  return {what, since(start), limit_s};
}

std::function<bool()> answers_again(Lab& lab, const std::string& store, std::function<bool()> answers) {
  const pid_t before = e2e::pid_of(store);
  lab.signal(store, SIGKILL);
  return [store, before, answers = std::move(answers)] {
    const pid_t now = e2e::pid_of(store);
    return now > 1 && now != before && answers();
  };
}

}  // namespace

std::vector<Recovery> measure_recoveries(Lab& lab) {
  std::vector<Recovery> figures;
  lab.use_workers(1);
  lab.heal();
  const auto events = events_everywhere(e2e::make_person());
  const auto kill_worker = [&] { lab.signal("worker-1", SIGKILL); };
  figures.push_back(measure("kill -9 of the only worker", kWorkerBack_s, events, kill_worker, {}));
  for (const auto& [store, answers] : {std::pair<std::string, std::function<bool()>>{"postgres", e2e::database_answers},
                                       {"redis-queue", [] { return e2e::redis_answers("QUEUE_REDIS_URL"); }}}) {
    std::function<bool()> back;
    const auto kill = [&, store = store, answers = answers] { back = answers_again(lab, store, answers); };
    figures.push_back(measure("kill -9 of " + store + ", from when it answers again", kStoreBack_s, events, kill,
                              [&] { return back(); }));
    lab.heal();
  }
  for (const int workers : {2, 4}) {
    const auto with = " of " + std::to_string(workers) + " workers";
    lab.use_workers(workers);
    await_outcomes(book_everywhere(events));
    figures.push_back(measure("one" + with + " stopped", kHandOver_s, events, [&] { lab.down("worker-1"); }, {}));
    lab.up("worker-1");
    await([] { return e2e::is_alive("worker-1"); });
    await_outcomes(book_everywhere(events));
    figures.push_back(measure("one" + with + " killed", kHandOver_s, events, kill_worker, {}));
    lab.heal();
  }
  return figures;
}

}  // namespace ticketd::torture
