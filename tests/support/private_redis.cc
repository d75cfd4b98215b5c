#include "support/private_redis.h"

#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace ticketd::tests {

PrivateRedis::PrivateRedis(const std::string& settings, const std::string& parent)
    : directory_(parent + "/ticketd-redis-XXXXXX") {
  if (::mkdtemp(directory_.data()) == nullptr) throw std::runtime_error("no directory could be made in " + parent);
  const auto file = directory_ + "/redis.conf";
  std::ofstream(file) << "port 0\nunixsocket " << directory_ << "/redis.sock\ndir " << directory_ << "\nlogfile "
                      << directory_ << "/log\nsave \"\"\n"
                      << settings << '\n';
  // It must not outlive a test run that was killed.
  std::string program = "setpriv", option = "--pdeathsig", signal = "KILL", server = "redis-server", argument = file;
  char* arguments[] = {program.data(), option.data(), signal.data(), server.data(), argument.data(), nullptr};
  posix_spawnattr_t own_group;
  ::posix_spawnattr_init(&own_group);
  ::posix_spawnattr_setflags(&own_group, POSIX_SPAWN_SETPGROUP);
  const int refused = ::posix_spawnp(&pid_, "setpriv", nullptr, &own_group, arguments, environ);
  ::posix_spawnattr_destroy(&own_group);
  if (refused != 0) throw std::runtime_error("redis-server cannot be started");
  for (int tries = 0; tries < 1'000; ++tries) {
    try {
      redis::RedisConnection(url(), 1'000).command({"PING"});
      return;
    } catch (const redis::RedisUnavailable&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  end();
  throw std::runtime_error("redis-server does not answer");
}

void PrivateRedis::end() const {
  // With the child that rewrites its AOF: a SIGTERM would be refused until that is done.
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  while (::kill(-pid_, 0) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::filesystem::remove_all(directory_);
}

void PrivateRedis::freeze() const { ::kill(-pid_, SIGSTOP); }
void PrivateRedis::thaw() const { ::kill(-pid_, SIGCONT); }

void PrivateRedis::set(const std::string& name, const std::string& value) {
  redis::RedisConnection(url(), 1'000).command({"CONFIG", "SET", name, value});
}

}  // namespace ticketd::tests
