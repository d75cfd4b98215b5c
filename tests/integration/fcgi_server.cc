// What an endpoint's process does before it has served anything.
#include "fcgi/server.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <string>

#include "support/integration_test.h"
#include "support/stack.h"

namespace ticketd::tests {

TEST_GROUP_BASE(FcgiServer, IntegrationTest) {
  static constexpr int kThrew = 42;
  static constexpr uid_t kNobodyElse = 60'123;

  // At a name of the kernel's, which is given back as NOTIFY_SOCKET has it.
  static std::string bind_anywhere(int socket) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address.sun_family);
    socklen_t size = sizeof address;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    return '@' + std::string(address.sun_path + 1, size - offsetof(sockaddr_un, sun_path) - 1);
  }

  // A process that has to tell systemd, at this socket, every 100 ms that it goes on.
  static pid_t serve_with_watchdog(const std::string& notify_socket) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::setenv("NOTIFY_SOCKET", notify_socket.c_str(), 1);
    ::setenv("WATCHDOG_USEC", "200000", 1);
    const int listening = ::socket(AF_UNIX, SOCK_STREAM, 0);
    bind_anywhere(listening);
    ::listen(listening, 1);
    fcgi::prepare_signals();
    fcgi::serve({listening, 2, 0}, [](const http::Request&) { return http::Reply{200}; });
    ::_exit(0);
  }

  // A process that may not have all its threads. The limit counts per user and does not bind root, who
  // therefore becomes somebody who runs nothing else (setrlimit(2), RLIMIT_NPROC).
  static pid_t serve_without_room() {
    const pid_t child = ::fork();
    if (child != 0) return child;
    const int listening = ::socket(AF_UNIX, SOCK_STREAM, 0);
    bind_anywhere(listening);
    ::listen(listening, 1);
    if (::geteuid() == 0 && ::setuid(kNobodyElse) != 0) ::_exit(1);
    const rlimit limit{.rlim_cur = 20, .rlim_max = 20};
    if (::setrlimit(RLIMIT_NPROC, &limit) != 0) ::_exit(1);
    fcgi::prepare_signals();
    try {
      fcgi::serve({listening, 1'000, 0}, [](const http::Request&) { return http::Reply{200}; });
    } catch (const std::exception&) {
      ::_exit(kThrew);
    }
    ::_exit(0);
  }
};

TEST(FcgiServer, EndsWhereThereIsNoRoomForItsThreads) {
  const pid_t child = serve_without_room();
  int status = 0;
  const bool ended = e2e::await([&] { return ::waitpid(child, &status, WNOHANG) == child; });
  if (!ended) ::kill(child, SIGKILL);
  CHECK(ended);
  LONGS_EQUAL(kThrew, WEXITSTATUS(status));
}

// Else one that somebody stopped would stay so.
TEST(FcgiServer, TellsTheWatchdogThatItGoesOn) {
  const int notified = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  const pid_t child = serve_with_watchdog(bind_anywhere(notified));
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(notified, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  for (int i = 0; i < 3; ++i) {
    char text[64] = {};
    ::recv(notified, text, sizeof text - 1, 0);
    expect_text("WATCHDOG=1", text);
  }
  ::kill(child, SIGTERM);
  int status = 1;
  ::waitpid(child, &status, 0);
  LONGS_EQUAL(0, status);
  ::close(notified);
}

}  // namespace ticketd::tests
