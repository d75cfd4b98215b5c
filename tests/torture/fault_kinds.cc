#include "fault_kinds.h"

#include <signal.h>

#include <memory>
#include <optional>

#include "support/stack.h"

namespace ticketd::torture {
namespace {

using e2e::NetworkFault;
using std::chrono::milliseconds;

// Longer than the worker's idle session time-out of 5 s: it wakes up after it has lost its shards.
constexpr milliseconds kLongerThanASession{5'600};

milliseconds between(Chance& chance, int least_ms, int most_ms) {
  return milliseconds(least_ms + static_cast<int>(pick(chance, static_cast<std::size_t>(most_ms - least_ms))));
}

const std::string& some_worker(Lab& lab, Chance& chance) { return lab.workers()[pick(chance, lab.workers().size())]; }

Fault kill_one_of(std::vector<std::string> processes) {
  return [processes](Lab& lab, Chance& chance) {
    lab.signal(processes[pick(chance, processes.size())], SIGKILL);
    return Remedy{};
  };
}

Remedy kill_worker(Lab& lab, Chance& chance) {
  lab.signal(some_worker(lab, chance), SIGKILL);
  return {};
}

Remedy kill_all_workers(Lab& lab, Chance&) {
  for (const auto& worker : lab.workers()) lab.signal(worker, SIGKILL);
  return {};
}

Remedy stop_worker_for_long(Lab& lab, Chance& chance) {
  const auto worker = some_worker(lab, chance);
  lab.signal(worker, SIGSTOP);
  return {kLongerThanASession, [&lab, worker] { lab.signal(worker, SIGCONT); }};
}

// Of one worker alone, by more than a deadline or by less; and back.
Fault step_clock(int sign) {
  return [sign](Lab& lab, Chance& chance) {
    const auto worker = some_worker(lab, chance);
    Lab::set_clock(worker, sign * between(chance, 5'000, 90'000));
    lab.note("clock steps");
    return Remedy{between(chance, 300, 1'500), [&lab, worker] {
                    Lab::set_clock(worker, milliseconds(0));
                    lab.note("clock steps");
                  }};
  };
}

Remedy take_worker_down(Lab& lab, Chance& chance) {
  const auto worker = some_worker(lab, chance);
  lab.down(worker);
  return {between(chance, 300, 2'500), [&lab, worker] { lab.up(worker); }};
}

Fault freeze(const std::string& process) {
  return [process](Lab& lab, Chance& chance) {
    lab.signal(process, SIGSTOP);
    return Remedy{between(chance, 200, 3'000), [&lab, process] { lab.signal(process, SIGCONT); }};
  };
}

// One statement as the superuser; true if it gave a row. PostgreSQL may be down.
bool run(const std::string& statement) {
  try {
    auto connection = connect_directly();
    pqxx::nontransaction tx(connection);
    return !tx.exec(statement).empty();
  } catch (const pqxx::failure&) {
    return false;
  }
}

// Of a worker, or else of anybody; 0 if PostgreSQL is down.
pid_t some_backend() {
  try {
    auto connection = connect_directly();
    pqxx::nontransaction tx(connection);
    const auto rows = tx.exec(
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY "
        "application_name = 'ticketd-worker' DESC, state = 'active' DESC LIMIT 1");
    return rows.empty() ? 0 : rows[0][0].as<pid_t>();
  } catch (const pqxx::failure&) {
    return 0;
  }
}

Remedy kill_backend(Lab&, Chance&) {
  const pid_t pid = some_backend();
  if (pid > 1) ::kill(pid, SIGKILL);
  return {};
}

// While it waits for its COMMIT to be on disk, if one can be caught at that within a second.
Remedy terminate_in_commit(Lab&, Chance&) {
  const auto sessions = [](const std::string& which) {
    return "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ticketd-worker' AND " +
           which + " LIMIT 1";
  };
  const bool caught = e2e::await([&] { return run(sessions("state = 'active' AND query ILIKE 'commit%'")); },
                                 milliseconds(1'000), milliseconds(1));
  if (!caught) run(sessions("true"));
  return {};
}

Remedy arm_points(Lab& lab, Chance& chance) {
  for (std::size_t i = 0; i <= pick(chance, 3); ++i) lab.arm(crash_points()[pick(chance, crash_points().size())]);
  return {};
}

enum class Between { database, queue };

e2e::FaultProxy& proxy_of(Lab& lab, Between which) {
  return which == Between::database ? lab.database_proxy() : lab.queue_proxy();
}

Fault cut(Between which) {
  return [which](Lab& lab, Chance&) {
    proxy_of(lab, which).cut();
    return Remedy{};
  };
}

Fault network(Between which, const NetworkFault& fault, int most_ms) {
  return [=](Lab& lab, Chance& chance) {
    proxy_of(lab, which).set(fault);
    return Remedy{between(chance, 100, most_ms), [&lab, which] { proxy_of(lab, which).heal(); }};
  };
}

// New connections are turned away, and nobody has one.
Fault unreachable(Between which, const NetworkFault& fault) {
  return [=](Lab& lab, Chance& chance) {
    proxy_of(lab, which).set(fault);
    proxy_of(lab, which).cut();
    return Remedy{between(chance, 100, 2'000), [&lab, which] { proxy_of(lab, which).heal(); }};
  };
}

// Somebody else's transaction, a migration perhaps, keeps the worker out, for longer than it waits.
Remedy lock_table(Lab&, Chance& chance) {
  struct Session {
    pqxx::connection connection = connect_directly();
    std::optional<pqxx::work> tx = {};
  };
  try {
    auto session = std::make_shared<Session>();
    session->tx.emplace(session->connection);
    session->tx->exec("SET lock_timeout = '1s'; LOCK TABLE bookings IN ACCESS EXCLUSIVE MODE");
    return {between(chance, 300, 6'500), [session]() mutable { session.reset(); }};
  } catch (const pqxx::failure&) {
    return {};
  }
}

// SIGSTOP of the server's end of a worker's session.
Remedy freeze_backend(Lab&, Chance& chance) {
  const pid_t pid = some_backend();
  if (pid > 1) ::kill(pid, SIGSTOP);
  return {between(chance, 200, 3'000), [pid] {
            if (pid > 1) ::kill(pid, SIGCONT);
          }};
}

void set_queue_memory(const char* bytes) {
  try {
    connect_queue()->command({"CONFIG", "SET", "maxmemory", bytes});
  } catch (const redis::RedisUnavailable&) {
    return;  // it comes back with what its file says
  }
}

Remedy fill_queue(Lab&, Chance& chance) {
  set_queue_memory("1mb");
  return {between(chance, 200, 2'000), [] { set_queue_memory("512mb"); }};
}

// Everything at once.
Remedy cut_power(Lab& lab, Chance&) {
  for (const auto* process : {"postgres", "redis-queue", "redis-cache", "nginx", "events-book", "events-booking-cancel",
                              "events-update", "events-delete", "requests-get"})
    lab.signal(process, SIGKILL);
  for (const auto& worker : lab.workers()) lab.signal(worker, SIGKILL);
  return {};
}

}  // namespace

Remedy freeze_worker_at_work(Lab& lab, Chance& chance) {
  const std::vector<std::string> points = {"after_read", "after_begin",   "after_lock",
                                           "in_write",   "before_commit", "after_commit"};
  const auto worker = lab.freeze_at(points[pick(chance, points.size())]);
  if (worker.empty()) return {};
  return {kLongerThanASession, [&lab, worker, pid = e2e::pid_of(worker), since = std::chrono::steady_clock::now()] {
            if (e2e::pid_of(worker) != pid) return;  // somebody killed it
            int connected = 0;
            const auto all = std::ssize(lab.workers());
            const auto is_lost = [&] { return (connected = Lab::connected_workers()) >= 0 && connected < all; };
            if (std::chrono::steady_clock::now() - since >= kLongerThanASession) {
              if (e2e::await(is_lost, milliseconds(1'000))) lab.note(kLeaseLost);
              if (connected >= all) lab.note(kLeaseKept);
            }
            lab.signal(worker, SIGCONT);
          }};
}

Faults all_faults() {
  Faults faults = {
      {"worker killed", kill_worker},
      {"worker killed again", kill_worker},
      {"all workers killed", kill_all_workers},
      {"worker stopped for 5.6 s", stop_worker_for_long},
      {"worker taken down", take_worker_down},
      {"handler killed", kill_one_of({"events-book", "events-booking-cancel", "events-update", "events-delete"})},
      {"events-book killed", kill_one_of({"events-book"})},
      {"queue Redis killed", kill_one_of({"redis-queue"})},
      {"cache Redis killed", kill_one_of({"redis-cache"})},
      {"postmaster killed", kill_one_of({"postgres"})},
      {"backend killed", kill_backend},
      {"session terminated in COMMIT", terminate_in_commit},
      {"backend frozen", freeze_backend},
      {"table locked", lock_table},
      {"queue Redis frozen", freeze("redis-queue")},
      {"queue Redis full", fill_queue},
      {"nginx killed", kill_one_of({"nginx"})},
      {"power cut", cut_power},
      {"crash points armed", arm_points},
      {"crash points armed again", arm_points},
  };
  for (const auto& [name, which] : {std::pair{"PostgreSQL", Between::database}, {"queue", Between::queue}}) {
    const std::string to = std::string(" (") + name + ")";
    faults.emplace_back("connections cut" + to, cut(which));
    faults.emplace_back("answers lost" + to, network(which, {.drop_answers = true}, 600));
    faults.emplace_back("half-open" + to, network(which, {.drop_requests = true, .drop_answers = true}, 2'500));
    faults.emplace_back("delayed" + to, network(which, {.delay_ms = 25}, 1'500));
    faults.emplace_back("not accepting" + to, unreachable(which, {.accepts = false}));
    faults.emplace_back("refused" + to, unreachable(which, {.listens = false}));
  }
  return faults;
}

Faults clock_faults() { return {{"clock ahead", step_clock(1)}, {"clock behind", step_clock(-1)}}; }

Faults mail_faults() {
  // With a mail that the server has just taken.
  const auto die_with_a_mail = [](Lab& lab, Chance&) {
    lab.arm("after_mail");
    return Remedy{};
  };
  return {
      {"messenger killed", kill_one_of({"messenger"})},    {"messenger frozen", freeze("messenger")},
      {"messenger killed behind a mail", die_with_a_mail}, {"messenger killed behind another mail", die_with_a_mail},
      {"mail server killed", kill_one_of({"mail"})},       {"mail server frozen", freeze("mail")}};
}

Faults time_faults() {
  return {
      {"clock ahead", step_clock(1)},
      {"clock ahead again", step_clock(1)},
      {"clock behind", step_clock(-1)},
      {"clock behind again", step_clock(-1)},
      {"worker frozen at work", freeze_worker_at_work},
      {"worker killed", kill_worker},
      {"all workers killed", kill_all_workers},
      {"queue Redis killed", kill_one_of({"redis-queue"})},
      {"backend killed", kill_backend},
      {"session terminated in COMMIT", terminate_in_commit},
      {"connections cut (PostgreSQL)", cut(Between::database)},
      {"answers lost (PostgreSQL)", network(Between::database, {.drop_answers = true}, 600)},
      {"crash points armed", arm_points},
  };
}

const std::vector<std::string>& crash_points() {
  static const std::vector<std::string> points = {"after_read",    "after_begin",  "after_lock", "in_write",
                                                  "before_commit", "after_commit", "after_ack",  "in_take_over",
                                                  "before_xadd",   "after_xadd"};
  return points;
}

}  // namespace ticketd::torture
