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

  // A process that may have so little memory that there is no room for the stacks of all its threads.
  static pid_t serve_without_room() {
    const pid_t child = ::fork();
    if (child != 0) return child;
    const int listening = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    ::bind(listening, reinterpret_cast<const sockaddr*>(&address),
           sizeof address.sun_family);  // a name of the kernel's
    ::listen(listening, 1);
    rlimit limit{};
    ::getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, rlim_t{1} << 30);
    ::setrlimit(RLIMIT_AS, &limit);
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
