// The bare minimum: a FastCGI process that does one thing. As many threads as a handler has, blocking in accept.
#pragma once
#include <fcgiapp.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

inline int number_from_environment(const char* name, int fallback) {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : std::atoi(value);
}

// REPLY_HEADER_BYTES and REPLY_BODY_BYTES make the reply as long as that of the handler that it is compared with.
inline std::string padded_reply() {
  const auto padding = [](const char* name) {
    return std::string(static_cast<std::size_t>(number_from_environment(name, 2)), 'x');
  };
  return "Status: 200\r\nContent-Type: application/json\r\nX-Padding: " + padding("REPLY_HEADER_BYTES") + "\r\n\r\n" +
         padding("REPLY_BODY_BYTES");
}

// `open` makes what a thread keeps (a connection), `act` uses it once for a request.
template <class Open, class Act>
void serve(Open open, Act act) {
  FCGX_Init();
  const auto reply = padded_reply();
  std::vector<std::jthread> threads;
  for (int i = number_from_environment("BARE_THREADS", 8); i > 0; --i) {
    threads.emplace_back([&] {
      auto own = open();
      FCGX_Request request;
      FCGX_InitRequest(&request, 0, 0);
      while (FCGX_Accept_r(&request) == 0) {
        act(own, request);
        FCGX_PutStr(reply.data(), static_cast<int>(reply.size()), request.out);
        FCGX_Finish_r(&request);
      }
    });
  }
}
