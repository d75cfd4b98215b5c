#include "fcgi/server.h"

#include <fcgiapp.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "fcgi/params.h"
#include "fcgi/watchdog.h"

namespace ticketd::fcgi {
namespace {

using http::Reply;
using http::Request;
using SteadyClock = std::chrono::steady_clock;

// Without a request for that long, a process gives back the heap's free pages. After lists of 1.4 MB by 32 clients it
// keeps 4 to 24 MiB instead of 15 to 36. The pages of its libraries it shares with the other endpoints.
constexpr std::int64_t kRestMs = 5'000;

// A thread takes so many connections from the backlog before it asks again whether a kept one, or the end, waits as
// well.
constexpr int kTurns = 16;

// Without descriptors or memory for another connection, so long until the next try; and until that, or that somebody
// else than nginx was there, is logged again.
constexpr int kShortageMs = 100;
constexpr std::int64_t kLogAgainMs = 60'000;

std::system_error system_failure(const char* what) { return {errno, std::generic_category(), what}; }

Request to_request(const FCGX_Request& fcgi, std::size_t body_limit) {
  auto request = request_of(fcgi.envp);
  request.body_limit = body_limit;
  const auto size = body_size(fcgi.envp, body_limit);
  request.body.resize(size);
  const int got = FCGX_GetStr(request.body.data(), static_cast<int>(size), fcgi.in);
  request.body.resize(static_cast<std::size_t>(std::max(0, got)));
  request.body_complete = request.body.size() == size;
  return request;
}

void send(const FCGX_Request& fcgi, const Request& request, const Reply& reply) {
  // nginx sends the status line as it stands here, and RFC 9112 wants a space behind the number.
  std::string text =
      "Status: " + std::to_string(reply.status) + ' ' + std::string(http::phrase_of(reply.status)) + "\r\n";
  for (const auto& [name, value] : reply.headers) text.append(name).append(": ").append(value).append("\r\n");
  if (reply.status != 304) text += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
  text += "\r\n";
  FCGX_PutStr(text.data(), static_cast<int>(text.size()), fcgi.out);
  if (request.method != "HEAD") FCGX_PutStr(reply.body.data(), static_cast<int>(reply.body.size()), fcgi.out);
}

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {
    if (fd_ < 0) throw system_failure("no file descriptor");
  }
  ~Fd() { ::close(fd_); }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// An accepted connection, and the request that is read from it; libfcgi says when the peer wants it kept for another
// one.
class AcceptedSocket {
 public:
  AcceptedSocket(int listen_fd, int fd) {
    FCGX_InitRequest(&fcgi_, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR);
    fcgi_.ipcFd = fd;
    fcgi_.keepConnection = 1;  // for FCGX_Accept_r, which else closes it first; the request says what it wants itself
  }
  ~AcceptedSocket() {
    if (fcgi_.ipcFd >= 0) ::close(fcgi_.ipcFd);  // FCGX_Free would wait until the peer has closed it too
    FCGX_Free(&fcgi_, 0);
  }
  AcceptedSocket(const AcceptedSocket&) = delete;
  AcceptedSocket& operator=(const AcceptedSocket&) = delete;

  // Reads the next request; if the peer has gone, that of another connection that waits to be accepted. False: none.
  bool next() { return FCGX_Accept_r(&fcgi_) == 0; }
  [[nodiscard]] int fd() const { return fcgi_.ipcFd; }
  FCGX_Request& request() { return fcgi_; }

 private:
  FCGX_Request fcgi_{};
};

// Connections that wait for their next request. They belong to no thread: any one that is free takes the first on which
// something comes. Thread-safe.
class Waiting {
 public:
  explicit Waiting(int epoll_fd) : epoll_fd_(epoll_fd) {}

  void put(std::unique_ptr<AcceptedSocket> connection) {
    // One shot: until it is put back nobody hears of it.
    epoll_event event{EPOLLIN | EPOLLONESHOT, {.ptr = connection.get()}};
    const int fd = connection->fd();
    const std::lock_guard lock(mutex_);
    const auto* key = connection.get();
    connections_.emplace(key, std::move(connection));
    if (::epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event) == 0) return;
    if (::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) != 0) connections_.erase(key);  // its peer connects anew
  }
  std::unique_ptr<AcceptedSocket> take(const void* key) {
    const std::lock_guard lock(mutex_);
    const auto found = connections_.find(static_cast<const AcceptedSocket*>(key));
    auto connection = std::move(found->second);
    connections_.erase(found);
    return connection;
  }

 private:
  const int epoll_fd_;
  std::mutex mutex_;
  std::unordered_map<const AcceptedSocket*, std::unique_ptr<AcceptedSocket>> connections_;
};

// Tells every thread that waits on the descriptor, once and for all.
class StopAtEnd {
 public:
  explicit StopAtEnd(int fd) : fd_(fd) {}
  ~StopAtEnd() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);  // stays readable: wakes every thread
  }
  StopAtEnd(const StopAtEnd&) = delete;
  StopAtEnd& operator=(const StopAtEnd&) = delete;

 private:
  const int fd_;
};

class Server {
 public:
  Server(const ServerOptions& options, const std::function<Reply(const Request&)>& handle)
      : options_(options), handle_(handle), epoll_(::epoll_create1(EPOLL_CLOEXEC)), stop_(::eventfd(0, EFD_CLOEXEC)) {}

  void run() {
    watch(EPOLL_CTL_ADD, options_.listen_fd, {EPOLLIN | EPOLLONESHOT, {.ptr = nullptr}});
    watch(EPOLL_CTL_ADD, stop_.get(), {EPOLLIN, {.ptr = this}});
    std::vector<std::jthread> threads;
    const StopAtEnd stop_at_end(stop_.get());  // before they are joined, also if there is no room for all of them
    threads.reserve(static_cast<std::size_t>(options_.threads));
    for (int i = 0; i < options_.threads; ++i) threads.emplace_back([this] { serve_all(); });
    wait_for_end();
  }

 private:
  void watch(int operation, int fd, epoll_event event) {
    if (::epoll_ctl(epoll_.get(), operation, fd, &event) != 0) throw system_failure("epoll");
  }

  // Null if nobody waits (any more), or there are no descriptors.
  std::unique_ptr<AcceptedSocket> accept() {
    const int fd = ::accept4(options_.listen_fd, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) wait_out_shortage(errno);
    return fd < 0 ? nullptr : std::make_unique<AcceptedSocket>(options_.listen_fd, fd);
  }

  // The connection stays in the backlog, so the socket would be readable again at once (accept(2)). Meanwhile the other
  // threads serve the connections that are there, and give descriptors back.
  void wait_out_shortage(int error) {
    if (error != EMFILE && error != ENFILE && error != ENOMEM && error != ENOBUFS) return;
    if (is_due(shortage_logged_ms_))
      Log::error("no_descriptors",
                 {{"error", ::strerrordesc_np(error)}});  // no virtual call: UBSan checks it by a pipe
    pollfd stop{stop_.get(), POLLIN, 0};
    ::poll(&stop, 1, kShortageMs);
  }

  void serve_all() {
    for (;;) {
      epoll_event event{};
      if (::epoll_wait(epoll_.get(), &event, 1, -1) != 1) continue;
      if (event.data.ptr == this) return;
      if (event.data.ptr == nullptr) {
        serve_backlog();
      } else {
        serve(waiting_.take(event.data.ptr));
      }
    }
  }

  // Under load connections wait always: going on with the next one saves two system calls for each, and waking a
  // thread.
  void serve_backlog() {
    auto connection = accept();
    // One shot: a connection wakes one thread, and only then the next connection another one.
    watch(EPOLL_CTL_MOD, options_.listen_fd, {EPOLLIN | EPOLLONESHOT, {.ptr = nullptr}});
    for (int turn = 1; connection != nullptr; ++turn) {
      serve(std::move(connection));
      connection = turn < kTurns ? accept() : nullptr;
    }
  }

  void serve(std::unique_ptr<AcceptedSocket> connection) {
    if (connection->next() && answer(connection->request())) waiting_.put(std::move(connection));
  }

  // Once a minute, for one of those who ask at once.
  static bool is_due(std::atomic<std::int64_t>& logged_ms) {
    const auto now = now_ms();
    auto logged = logged_ms.load();
    return now - logged >= kLogAgainMs && logged_ms.compare_exchange_strong(logged, now);
  }

  Reply reply_to(const FCGX_Request& fcgi, const Request& request) {
    if (knows_key(fcgi.envp, options_.edge_key)) return handle_(request);
    if (is_due(stranger_logged_ms_)) Log::warning("request_not_from_nginx", {{"path", request.path.substr(0, 200)}});
    return {403};
  }

  // True if the peer may send another request: nginx keeps a connection after a read alone.
  bool answer(FCGX_Request& fcgi) {
    ++in_flight_;
    const auto request = to_request(fcgi, options_.body_limit);
    send(fcgi, request, reply_to(fcgi, request));
    const bool kept = fcgi.keepConnection != 0 && (request.method == "GET" || request.method == "HEAD");
    fcgi.keepConnection = 1;  // or FCGX_Finish_r closes it, and waits until the peer has done so too
    FCGX_Finish_r(&fcgi);
    last_ms_ = now_ms();
    --in_flight_;
    return kept;
  }

  void wait_for_end() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    const std::int64_t idle_ms = std::int64_t{options_.idle_exit_s} * 1000;
    std::int64_t trimmed_after = -1;  // the request after which memory was given back
    const Watchdog watchdog;
    for (;;) {
      watchdog.tell();
      const std::int64_t last_ms = last_ms_;
      const auto still_ms = in_flight_ > 0 ? 0 : now_ms() - last_ms;
      if (idle_ms > 0 && still_ms >= idle_ms) return;
      if (still_ms >= kRestMs && last_ms != trimmed_after) {
        ::malloc_trim(0);
        trimmed_after = last_ms;
      }
      auto wait_ms = still_ms < kRestMs ? kRestMs - still_ms : kRestMs;
      if (idle_ms > 0) wait_ms = std::min(wait_ms, idle_ms - still_ms);
      if (watchdog.every_ms() > 0) wait_ms = std::min(wait_ms, watchdog.every_ms());
      const timespec wait{wait_ms / 1000, wait_ms % 1000 * 1'000'000};
      if (sigtimedwait(&signals, nullptr, &wait) > 0) return;
    }
  }

  static std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now().time_since_epoch()).count();
  }

  const ServerOptions& options_;
  const std::function<Reply(const Request&)>& handle_;
  const Fd epoll_;
  const Fd stop_;
  Waiting waiting_{epoll_.get()};
  std::atomic<std::int64_t> last_ms_{now_ms()};
  std::atomic<std::int64_t> shortage_logged_ms_{-kLogAgainMs};
  std::atomic<std::int64_t> stranger_logged_ms_{-kLogAgainMs};
  std::atomic<int> in_flight_{0};
};

void ignore_sigpipe() { static_cast<void>(std::signal(SIGPIPE, SIG_IGN)); }

}  // namespace

void prepare_signals() {
  ignore_sigpipe();
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void serve(const ServerOptions& options, const std::function<Reply(const Request&)>& handle) {
  int listening = 0;
  socklen_t size = sizeof listening;
  if (::getsockopt(options.listen_fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0)
    throw system_failure("standard input is no socket");
  if (listening == 0) throw std::system_error(EINVAL, std::generic_category(), "standard input is no listening socket");
  ::fcntl(options.listen_fd, F_SETFL, ::fcntl(options.listen_fd, F_GETFL) | O_NONBLOCK);
  ::setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "100", 0);  // ms that libfcgi waits for a peer that is broken; 2 s else
  FCGX_Init();
  ignore_sigpipe();  // FCGX_Init replaces an ignored SIGPIPE
  Server(options, handle).run();
}

}  // namespace ticketd::fcgi
