#include "support/fault_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace ticketd::e2e {
namespace {

constexpr std::size_t kMostBuffered = 4096;  // pieces; a peer that does not read is not read from either

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int open_listener(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto address = loopback(port);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(fd, 512) == 0) return fd;
  const std::string why = std::strerror(errno);
  ::close(fd);
  throw std::runtime_error("the fault proxy cannot listen on port " + std::to_string(port) + ": " + why);
}

void make_prompt(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int connect_to(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    return -1;
  }
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  make_prompt(fd);
  return fd;
}

// With a reset, so that the peer notices at once.
void reset_and_close(int fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(fd);
}

}  // namespace

FaultProxy::FaultProxy(int port, std::function<int()> target)
    : port_(port), target_(std::move(target)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  listener_ = open_listener(port_);
  thread_ = std::thread([this] { run(); });
}

FaultProxy::~FaultProxy() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  ::eventfd_write(wake_, 1);
  thread_.join();
  for (auto& link : links_) close(link, true);
  if (listener_ >= 0) ::close(listener_);
  ::close(wake_);
}

void FaultProxy::set(const NetworkFault& fault) {
  const std::lock_guard lock(mutex_);
  fault_ = fault;
  ::eventfd_write(wake_, 1);
}

void FaultProxy::cut() {
  const std::lock_guard lock(mutex_);
  cut_all_ = true;
  ::eventfd_write(wake_, 1);
}

void FaultProxy::heal() {
  const std::lock_guard lock(mutex_);
  fault_ = {};
  cut_lossy_ = true;
  ::eventfd_write(wake_, 1);
}

void FaultProxy::run() {
  for (;;) {
    NetworkFault fault;
    {
      const std::lock_guard lock(mutex_);
      if (stop_) return;
      fault = fault_;
      apply_orders(fault);
    }
    if (wait(fault) > 0) accept_one();
    for (auto link = links_.begin(); link != links_.end();) {
      link->lossy = link->lossy || fault.drop_requests || fault.drop_answers;
      const bool well = receive(link->requests, fault.drop_requests, fault.delay_ms) &&
                        receive(link->answers, fault.drop_answers, fault.delay_ms) && forward(link->requests) &&
                        forward(link->answers);
      const bool over = link->requests.closed && link->answers.closed;
      if (!well || over || link->broken) close(*link, !over);
      link = !well || over || link->broken ? links_.erase(link) : std::next(link);
    }
  }
}

// Holding the lock.
void FaultProxy::apply_orders(const NetworkFault& fault) {
  for (auto& link : links_) link.broken = cut_all_ || (cut_lossy_ && link.lossy);
  cut_all_ = cut_lossy_ = false;
  listen_or_not(fault);
}

void FaultProxy::listen_or_not(const NetworkFault& fault) {
  if (fault.listens == (listener_ >= 0)) return;
  if (fault.listens) {
    listener_ = open_listener(port_);
  } else {
    ::close(listener_);
    listener_ = -1;
  }
}

// Until something can be done; 1 if somebody wants to connect.
int FaultProxy::wait(const NetworkFault& fault) {
  std::vector<pollfd> fds = {{wake_, POLLIN, 0}};
  const bool accepts = fault.accepts && listener_ >= 0;
  if (accepts) fds.push_back({listener_, POLLIN, 0});
  auto timeout = std::chrono::milliseconds(1'000);
  const auto now = Clock::now();
  for (auto& link : links_) {
    if (link.broken) timeout = {};
    for (auto* way : {&link.requests, &link.answers}) {
      if (!way->ended && way->pieces.size() < kMostBuffered) fds.push_back({way->from, POLLIN, 0});
      if (way->pieces.empty()) continue;
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(way->pieces.front().due - now);
      if (left.count() <= 0) fds.push_back({way->to, POLLOUT, 0});
      if (left.count() > 0) timeout = std::min(timeout, left);
    }
  }
  ::poll(fds.data(), fds.size(), static_cast<int>(timeout.count()));
  eventfd_t ignored = 0;
  ::eventfd_read(wake_, &ignored);
  return accepts && (fds[1].revents & POLLIN) != 0 ? 1 : 0;
}

void FaultProxy::accept_one() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (client < 0) return;
  make_prompt(client);
  const int port = target_();
  const int server = port == 0 ? -1 : connect_to(port);
  if (server < 0) return reset_and_close(client);
  links_.push_back({.requests = {.from = client, .to = server}, .answers = {.from = server, .to = client}});
}

// False: the connection is broken.
bool FaultProxy::receive(Way& way, bool drop, int delay_ms) {
  std::array<char, 16'384> buffer;  // NOLINT: filled by recv
  while (!way.ended && way.pieces.size() < kMostBuffered) {
    const auto got = ::recv(way.from, buffer.data(), buffer.size(), 0);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    way.ended = got == 0;
    if (got == 0 || drop) continue;
    jitter_ ^= jitter_ << 13;
    jitter_ ^= jitter_ >> 7;
    jitter_ ^= jitter_ << 17;
    const auto more = delay_ms == 0 ? 0 : static_cast<int>(jitter_ % static_cast<std::uint64_t>(delay_ms));
    auto due = Clock::now() + std::chrono::milliseconds(delay_ms == 0 ? 0 : delay_ms + more);
    if (!way.pieces.empty()) due = std::max(due, way.pieces.back().due);
    way.pieces.push_back({due, std::string(buffer.data(), static_cast<std::size_t>(got))});
  }
  return true;
}

bool FaultProxy::forward(Way& way) {
  while (!way.pieces.empty() && way.pieces.front().due <= Clock::now()) {
    auto& bytes = way.pieces.front().bytes;
    const auto sent = ::send(way.to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    bytes.erase(0, static_cast<std::size_t>(sent));
    if (bytes.empty()) way.pieces.pop_front();
  }
  if (way.ended && way.pieces.empty() && !way.closed) {
    ::shutdown(way.to, SHUT_WR);
    way.closed = true;
  }
  return true;
}

void FaultProxy::close(Link& link, bool reset) {
  for (const int fd : {link.requests.from, link.requests.to}) {
    if (reset) {
      reset_and_close(fd);
    } else {
      ::close(fd);
    }
  }
}

}  // namespace ticketd::e2e
