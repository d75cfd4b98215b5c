// HTTP as a client of the service sees it: libcurl with one kept-alive handle per thread. Paths are sent as they
// stand, so that hostile ones reach the server.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace ticketd::e2e {

struct Request {
  std::string method = "GET";
  std::string path = "/";
  std::optional<std::string> body = {};
  std::vector<std::string> headers = {};  // "Name: value"; a body is application/json unless one of them says otherwise
  bool malformed = false;                 // not HTTP, on purpose; see exchange_log.h
  std::string from = {};                  // the client's own address, one of 127.0.0.0/8; empty: 127.0.0.1
};

struct Response {
  int status = 0;                              // 0: no answer, `error` says why
  std::map<std::string, std::string> headers;  // names in lower case; repeated ones joined by ", "
  std::string body;
  Json json;  // null where the body is no JSON
  std::string error;
  std::chrono::duration<double> took{};

  // Empty where it is missing.
  [[nodiscard]] std::string header(const std::string& lower_case_name) const;
  [[nodiscard]] bool has_header(const std::string& lower_case_name) const { return headers.contains(lower_case_name); }
  [[nodiscard]] Json data() const { return json["data"]; }
};

// Waits at most 30 s. Thread-safe.
Response send(const Request& request);

// Opens one connection per request, all at the same time. Answers stand in the order of the requests.
std::vector<Response> send_at_once(const std::vector<Request>& requests);

// Calls work(0) to work(count - 1) from `threads` threads and returns when all are done. What `work` throws fails the
// test; CppUTest's own checks must not be used inside it.
void in_parallel(std::size_t threads, std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace ticketd::e2e
