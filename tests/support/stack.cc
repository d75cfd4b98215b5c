#include "support/stack.h"

#include <CppUTest/Utest.h>
#include <CppUTest/UtestMacros.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include "support/http_client.h"
#include "support/stack_database.h"
#include "support/stack_redis.h"

namespace ticketd::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The exit status of sv(8), -1 where it could not be run.
int sv(std::string command, const std::string& process) {
  std::string program = "sv", wait = "-w", limit = "10";
  std::string service = setting("RUN_DIR") + "/service/" + process;
  char* arguments[] = {program.data(), wait.data(), limit.data(), command.data(), service.data(), nullptr};
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int refused = posix_spawnp(&child, "sv", &quiet, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&quiet);
  if (refused != 0) return -1;
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// The state letter of proc(5): R, S, T for stopped.
char state_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string stat{std::istreambuf_iterator<char>(file), {}};
  const auto after_name = stat.rfind(") ");
  return after_name == std::string::npos ? '?' : stat[after_name + 2];
}

void signal_to(const std::string& process, int signal) {
  const pid_t pid = pid_of(process);
  if (pid <= 1 || kill(pid, signal) != 0) FAIL(("no signal could be sent to " + process).c_str());
}

}  // namespace

std::string setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  if (value == nullptr) value = otherwise;
  if (value == nullptr) FAIL((std::string(name) + " is not set: run the tests by `make test`").c_str());
  return value;
}

bool await(const std::function<bool()>& condition, milliseconds deadline, milliseconds longest_pause) {
  const auto last = std::chrono::steady_clock::now() + deadline;
  for (auto pause = milliseconds(1);; pause = std::min(pause * 2, longest_pause)) {
    if (condition()) return true;
    if (std::chrono::steady_clock::now() >= last) return false;
    std::this_thread::sleep_for(pause);
  }
}

pid_t pid_of(const std::string& process) {
  std::ifstream file(setting("RUN_DIR") + "/pids/" + process);
  pid_t pid = 0;
  file >> pid;
  return file ? pid : 0;
}

bool is_alive(const std::string& process) {
  const pid_t pid = pid_of(process);
  return pid > 1 && kill(pid, 0) == 0;
}

void kill_hard(const std::string& process) {
  CHECK_TEXT(await([&] { return is_alive(process); }, seconds(10), milliseconds(1)),
             (process + " is not there").c_str());
  signal_to(process, SIGKILL);
}

void take_down(const std::string& process) {
  if (sv("down", process) != 0) FAIL((process + " does not stop").c_str());
}

void bring_up(const std::string& process) {
  // sv may have asked for nothing, see tests/support/local_stack.py.
  const bool runs = sv("up", process) == 0 && await([&] { return is_alive(process); }, seconds(10));
  if (!runs) FAIL((process + " does not start").c_str());
}

const std::vector<std::string>& workers() {
  static const std::vector<std::string> names = {"worker-1", "worker-2"};
  return names;
}

void pause_workers() {
  for (const auto& worker : workers()) {
    signal_to(worker, SIGSTOP);
    CHECK_TEXT(await([&] { return state_of(pid_of(worker)) == 'T'; }), "the worker does not stop");
  }
}

void resume_workers() {
  for (const auto& worker : workers()) {
    if (const pid_t pid = pid_of(worker); pid > 1) kill(pid, SIGCONT);
  }
}

void await_readyz() {
  const auto ready = [] { return send({.path = "/readyz"}).status == 200; };
  CHECK_TEXT(await(ready, seconds(20)), "/readyz does not say 200");
}

void restore_stack() {
  for (const char* store : {"postgres", "redis-queue", "redis-cache"}) bring_up(store);
  resume_workers();
  for (const auto& worker : workers()) {
    bring_up(worker);
    CHECK_TEXT(await([&] { return is_alive(worker); }), "a worker does not come back");
  }
  CHECK_TEXT(await(database_answers, seconds(20)), "PostgreSQL does not come back");
  CHECK_TEXT(await([] { return redis_answers("QUEUE_REDIS_URL"); }), "the queue Redis does not come back");
  CHECK_TEXT(await([] { return redis_answers("CACHE_REDIS_URL"); }), "the cache Redis does not come back");
  await_readyz();
}

}  // namespace ticketd::e2e
