// What an endpoint's process does before it has served anything.
#include "fcgi/server.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "support/integration_test.h"
#include "support/stack.h"

namespace ticketd::tests {

TEST_GROUP_BASE(FcgiServer, IntegrationTest) {
  static constexpr int kThrew = 42;
  static constexpr uid_t kNobodyElse = 60'123;

  // A process that may not have all its threads. The limit counts per user and does not bind root, who
  // therefore becomes somebody who runs nothing else (setrlimit(2), RLIMIT_NPROC).
  static pid_t serve_without_room() {
    const pid_t child = ::fork();
    if (child != 0) return child;
    const int listening = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    ::bind(listening, reinterpret_cast<const sockaddr*>(&address),
           sizeof address.sun_family);  // a name of the kernel's
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

}  // namespace ticketd::tests
