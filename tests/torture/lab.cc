#include "lab.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "queue/command_stream.h"
#include "support/http_client.h"
#include "support/mailed_links.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/stack_redis.h"

namespace ticketd::torture {
namespace {

using e2e::await;
using e2e::setting;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kMostWorkers = 4;
constexpr int kShards = 16;

// The port in a configuration file of the stack: "port 123" or "port = 123". 0 as long as there is none.
int port_in(const std::string& path) {
  std::ifstream file(setting("RUN_DIR") + path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("port ")) return std::atoi(line.substr(line.find_first_of("0123456789")).c_str());
  }
  return 0;
}

int database_port() { return port_in("/postgres/ticketd.conf"); }
int queue_port() { return port_in("/conf/redis-queue.conf"); }

void take_over_settings() {
  std::ifstream file(setting("RUN_DIR") + "/env");
  for (std::string line; std::getline(file, line);) {
    const auto equals = line.find('=');
    std::string value = line.substr(equals + 1);
    std::erase(value, '\'');
    ::setenv(line.substr(0, equals).c_str(), value.c_str(), 1);
  }
  ::setenv("DATABASE_URL", setting("ADMIN_DATABASE_URL").c_str(), 1);
  const auto through_proxy = setting("QUEUE_REDIS_URL");
  const auto host = through_proxy.find('@') + 1;
  ::setenv("QUEUE_REDIS_URL",
           (through_proxy.substr(0, host) + "127.0.0.1:" + std::to_string(queue_port()) + "/0").c_str(), 1);
}

void control(const std::string& process, char order) {
  const std::string fifo = setting("RUN_DIR") + "/service/" + process + "/supervise/control";
  const int fd = ::open(fifo.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  const bool told = fd >= 0 && ::write(fd, &order, 1) == 1;
  if (fd >= 0) ::close(fd);
  if (!told) throw std::runtime_error("the supervisor of " + process + " does not listen");
}

std::string worker_name(int number) { return "worker-" + std::to_string(number); }

std::string crash_file(const std::string& name) { return setting("TICKETD_CRASH_DIR") + "/" + name; }

Time right_now() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

// See base/clock_error.h.
void write_clock(const std::string& name, milliseconds ahead, int rate) {
  const auto since = epoch_ms(right_now());
  std::ofstream(crash_file("new-clock")) << ahead.count() << ' ' << since << ' ' << rate << '\n';
  std::filesystem::rename(crash_file("new-clock"), crash_file(name));
}

// As ps(1) says it: T is stopped.
bool stands_still(const std::string& process) {
  std::ifstream file("/proc/" + std::to_string(e2e::pid_of(process)) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto name_ends = text.rfind(") ");
  return name_ends != std::string::npos && text.compare(name_ends + 2, 1, "T") == 0;
}

void must_come(const char* what, const std::function<bool()>& condition) {
  if (!await(condition, seconds(30))) throw std::runtime_error(std::string("not within 30 s: ") + what);
}

}  // namespace

Lab::Lab()
    : database_proxy_(
          std::make_unique<e2e::FaultProxy>(std::atoi(setting("DATABASE_PROXY_PORT").c_str()), database_port)),
      queue_proxy_(std::make_unique<e2e::FaultProxy>(std::atoi(setting("QUEUE_PROXY_PORT").c_str()), queue_port)) {
  ::setenv("WORKERS", std::to_string(kMostWorkers).c_str(), 1);
  if (std::system("systemd/local/stack start") != 0) throw std::runtime_error("the stack does not start");
  take_over_settings();
  e2e::turn_mail(false);  // until a round wants it
}

void Lab::use_workers(int count) {
  workers_.clear();
  for (int number = 1; number <= kMostWorkers; ++number) {
    if (number <= count) workers_.push_back(worker_name(number));
    control(worker_name(number), number <= count ? 'u' : 'd');
  }
  must_come("as many workers as wanted", [count] {
    int alive = 0;
    for (int number = 1; number <= kMostWorkers; ++number) alive += e2e::is_alive(worker_name(number)) ? 1 : 0;
    return alive == count;
  });
}

void Lab::down(const std::string& process) const { control(process, 'd'); }
void Lab::up(const std::string& process) const { control(process, 'u'); }

bool Lab::signal(const std::string& process, int number) const {
  const pid_t pid = e2e::pid_of(process);
  return pid > 1 && ::kill(pid, number) == 0;
}

void Lab::arm(const std::string& crash_point) const {
  std::ofstream(crash_file(crash_point)).flush();
  armed_.insert(crash_point);
}

bool Lab::went_off(const std::string& crash_point) const { return !std::filesystem::exists(crash_file(crash_point)); }

int Lab::disarm_all() {
  int off = 0;
  for (const auto& point : armed_) {
    if (!std::filesystem::remove(crash_file(point))) ++off;
  }
  armed_.clear();
  return off;
}

std::string Lab::freeze_at(const std::string& crash_point) const {
  if (std::any_of(workers_.begin(), workers_.end(), stands_still)) return "";
  const auto file = crash_file(crash_point + ".stop");
  std::ofstream(file).flush();
  const auto is_taken = [&] { return !std::filesystem::exists(file); };
  if (!await(is_taken, seconds(1), milliseconds(2)) && std::filesystem::remove(file)) return "";
  std::string frozen;
  await(
      [&] {
        const auto found = std::find_if(workers_.begin(), workers_.end(), stands_still);
        if (found != workers_.end()) frozen = *found;
        return !frozen.empty();
      },
      seconds(1));
  return frozen;
}

void Lab::let_time_run(int rate) { write_clock("clock", SystemClock().now() - right_now(), rate); }

void Lab::let_pass(milliseconds time) { write_clock("clock", SystemClock().now() - right_now() + time, 1); }

void Lab::set_clock(const std::string& worker, milliseconds ahead) { write_clock("clock-" + worker, ahead, 1); }

void Lab::set_clocks_right() {
  std::filesystem::remove(crash_file("clock"));
  for (int number = 1; number <= kMostWorkers; ++number)
    std::filesystem::remove(crash_file("clock-" + worker_name(number)));
}

int Lab::connected_workers() {
  try {
    auto connection = connect_directly();
    pqxx::nontransaction tx(connection);
    return tx.exec("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ticketd-worker'")[0][0].as<int>();
  } catch (const pqxx::failure&) {
    return -1;
  }
}

void Lab::heal() {
  database_proxy_->heal();
  queue_proxy_->heal();
  for (const char* store : {"postgres", "redis-queue", "redis-cache"}) {
    signal(store, SIGCONT);
    control(store, 'u');
  }
  for (const char* process : {"mail", "messenger"}) {
    signal(process, SIGCONT);
    control(process, 'u');
  }
  for (const auto& worker : workers_) {
    std::filesystem::remove(crash_file("clock-" + worker));
    signal(worker, SIGCONT);
    control(worker, 'u');
    must_come("a worker", [&] { return e2e::is_alive(worker); });
  }
  must_come("PostgreSQL", e2e::database_answers);
  must_come("the queue's Redis", [] { return e2e::redis_answers("QUEUE_REDIS_URL"); });
  connect_queue()->command({"CONFIG", "SET", "maxmemory", "512mb"});  // as the stack has it
  must_come("the cache's Redis", [] { return e2e::redis_answers("CACHE_REDIS_URL"); });
  must_come("/readyz", [] { return e2e::send({.path = "/readyz"}).status == 200; });
}

void Lab::await_empty_queue() {
  auto redis = connect_queue();
  await([&] { return queue_depth(*redis) == 0; }, seconds(30), milliseconds(10));
}

void Lab::begin_log() {
  auto redis = connect_queue();
  redis->command({"BGREWRITEAOF"});
  must_come("a new log of Redis", [&] {
    const auto info = redis->command({"INFO", "persistence"});
    return info.text().find("aof_rewrite_in_progress:0") != std::string_view::npos &&
           info.text().find("aof_rewrite_scheduled:0") != std::string_view::npos;
  });
}

std::int64_t Lab::metric(const std::string& series) {
  const auto reply = e2e::send({.path = "/metrics"});
  const auto at = reply.body.find("\n" + series + " ");
  return at == std::string::npos ? 0 : std::atoll(reply.body.c_str() + at + series.size() + 2);
}

std::int64_t Lab::log_lines(const std::string& event) {
  const std::string wanted = "\"event\":\"" + event + "\"";
  std::int64_t said = 0;
  for (int number = 1; number <= kMostWorkers; ++number) {
    std::ifstream log(setting("RUN_DIR") + "/log/" + worker_name(number) + ".log");
    for (std::string line; std::getline(log, line);) said += line.find(wanted) != std::string::npos ? 1 : 0;
  }
  return said;
}

pqxx::connection connect_directly() { return pqxx::connection(setting("ADMIN_DATABASE_URL")); }

std::unique_ptr<redis::RedisConnection> connect_queue() {
  return std::make_unique<redis::RedisConnection>(setting("QUEUE_REDIS_URL"), 5'000);
}

std::int64_t queue_depth(redis::RedisConnection& redis) { return queue::queue_depth(redis, kShards).depth; }

std::vector<std::string> keys_like(redis::RedisConnection& redis, const std::string& pattern) {
  const auto reply = redis.command({"KEYS", pattern});
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < reply.size(); ++i) keys.emplace_back(reply.at(i).text());
  return keys;
}

}  // namespace ticketd::torture
