#include "support/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace ticketd::tests {
namespace {

constexpr std::chrono::seconds kPatience{15};

}  // namespace

Terminal::Terminal(std::vector<std::string> command, unsigned short rows, unsigned short columns) {
  winsize size{rows, columns, 0, 0};
  if (::openpty(&fd_, &own_side_, nullptr, nullptr, &size) != 0) throw std::runtime_error("there is no terminal");
  ::tcgetattr(own_side_, &before_);
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ > 0) return;
  ::close(fd_);
  ::login_tty(own_side_);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

Terminal::~Terminal() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(own_side_);
  ::close(fd_);
}

bool Terminal::read_some() {
  pollfd source{fd_, POLLIN, 0};
  if (::poll(&source, 1, 100) <= 0) return false;
  std::array<char, 4096> buffer{};
  const auto size = ::read(fd_, buffer.data(), buffer.size());
  if (size > 0) written_.append(buffer.data(), static_cast<std::size_t>(size));
  return size > 0;
}

bool Terminal::await(const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end) {
    if (const auto found = written_.find(text, seen_); found != std::string::npos) {
      seen_ = found + text.size();
      return true;
    }
    read_some();
  }
  return false;
}

void Terminal::type(const std::string& keys) const {
  if (::write(fd_, keys.data(), keys.size()) < 0) throw std::runtime_error("the terminal is gone");
}

int Terminal::wait() {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  int status = 0;
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() >= end) return -1;
    read_some();
  }
  pid_ = 0;
  while (read_some()) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool Terminal::is_as_before() const {
  termios now{};
  ::tcgetattr(own_side_, &now);
  return now.c_lflag == before_.c_lflag && now.c_iflag == before_.c_iflag && now.c_oflag == before_.c_oflag;
}

}  // namespace ticketd::tests
