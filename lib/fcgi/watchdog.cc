#include "fcgi/watchdog.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <string_view>

namespace ticketd::fcgi {

Watchdog::Watchdog() {
  const char* socket = std::getenv("NOTIFY_SOCKET");
  const char* us = std::getenv("WATCHDOG_USEC");
  if (socket == nullptr || us == nullptr) return;
  socket_ = socket;
  every_ms_ = std::strtoll(us, nullptr, 10) / 1000 / 2;
}

void Watchdog::tell() const {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (every_ms_ == 0 || socket_.size() >= sizeof address.sun_path) return;
  socket_.copy(address.sun_path, socket_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // a name of the kernel's (unix(7))
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  constexpr std::string_view kGoesOn = "WATCHDOG=1";
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  ::sendto(fd, kGoesOn.data(), kGoesOn.size(), MSG_DONTWAIT | MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
           size);
  ::close(fd);
}

}  // namespace ticketd::fcgi
