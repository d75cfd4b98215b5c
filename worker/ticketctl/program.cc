#include "ticketctl/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace ticketd::ctl {

Output run_program(std::vector<std::string> command) {
  command.insert(command.begin(), {"timeout", "10"});
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {false, std::strerror(errno)};
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) ::posix_spawn_file_actions_adddup2(&files, ends[1], fd);
  pid_t pid = 0;
  const int refused = ::posix_spawnp(&pid, arguments[0], &files, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  ::close(ends[1]);
  Output output;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
    output.text.append(buffer.data(), static_cast<std::size_t>(size));
  ::close(ends[0]);
  if (refused != 0) return {false, std::strerror(refused)};
  int status = 0;
  ::waitpid(pid, &status, 0);
  output.good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return output;
}

}  // namespace ticketd::ctl
