// The FastCGI edge: accepts connections on a listening socket, turns each into a Request, and sends the Reply.
//
// All threads wait in one epoll for {listening socket, kept connections, stop} and only then accept or read, so that an
// idle thread can be woken for stopping, and a connection that says nothing holds up no thread, or while it has said
// half of its request one and not all (FCGX_Accept_r reads the request's head as well; it needs no lock). A connection
// that the peer wants kept saves both sides a third of their system calls. The socket comes from outside (systemd, or
// whoever starts us) and outlives this process: connections that arrive while it is down wait in the backlog.
#pragma once
#include <functional>
#include <string>

#include "http/reply.h"
#include "http/request.h"

namespace ticketd::fcgi {

struct ServerOptions {
  int listen_fd = 0;  // FastCGI's own convention, FCGI_LISTENSOCK_FILENO
  int threads = 8;
  int idle_exit_s = 0;  // return after that long without a request; 0: never
  std::size_t body_limit = http::kMaxBodyBytes;
  // What nginx sends with each request, as EDGE_KEY; whoever does not is answered with 403: anybody who may connect
  // could name any address as the one that a request came from. Empty: nothing has to be sent.
  std::string edge_key = {};
};

// To be called before any thread is started: blocks SIGTERM and SIGINT, which serve() waits for, and ignores SIGPIPE.
void prepare_signals();

// Serves until SIGTERM, SIGINT or the idle time; requests in flight are answered before it returns. `handle` is called
// from several threads at once and must not throw. Throws std::system_error if fd `listen_fd` is no listening socket.
void serve(const ServerOptions& options, const std::function<http::Reply(const http::Request&)>& handle);

}  // namespace ticketd::fcgi
