// HTTP as no well-meaning client sends it: bytes on a connection.
#pragma once
#include <string>
#include <vector>

namespace ticketd::e2e {

// A connection to the service. What fails, fails the test.
class RawClient {
 public:
  RawClient();
  ~RawClient();
  RawClient(RawClient&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  RawClient& operator=(RawClient&&) = delete;

  // False if the service has closed the connection.
  bool send(const std::string& bytes);
  // What has come, or else comes next within 15 s; empty if nothing does.
  std::string read_some();
  // Everything until the service closes the connection, for 15 s at most.
  std::string read_all();

 private:
  int fd_;
};

// Sends the bytes and, right behind them, a good last request; gives back the status of every answer: {400} where the
// bytes were refused and the connection closed, {200, 200} where they were one good request.
std::vector<int> statuses_of(const std::string& bytes);

}  // namespace ticketd::e2e
