#include "support/raw_client.h"

#include <CppUTest/Utest.h>
#include <CppUTest/UtestMacros.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <regex>

#include "support/stack.h"

namespace ticketd::e2e {
namespace {

constexpr const char* kLast = "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

}  // namespace

RawClient::RawClient() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const auto url = setting("BASE_URL");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(url.c_str() + url.rfind(':') + 1)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{.tv_sec = 15, .tv_usec = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) FAIL("no connection");
}

RawClient::~RawClient() {
  if (fd_ >= 0) ::close(fd_);
}

bool RawClient::send(const std::string& bytes) {
  return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

std::string RawClient::read_some() {
  std::array<char, 65'536> part{};
  const auto got = ::recv(fd_, part.data(), part.size(), 0);
  return {part.data(), static_cast<std::size_t>(std::max<ssize_t>(0, got))};
}

std::string RawClient::read_all() {
  std::string all;
  for (auto part = read_some(); !part.empty(); part = read_some()) all += part;
  return all;
}

std::vector<int> statuses_of(const std::string& bytes) {
  RawClient client;
  client.send(bytes + kLast);
  const auto all = client.read_all();
  const std::regex status("HTTP/1\\.1 (\\d{3})");
  std::vector<int> found;
  for (std::sregex_iterator at(all.begin(), all.end(), status), end; at != end; ++at)
    found.push_back(std::atoi((*at)[1].str().c_str()));
  return found;
}

}  // namespace ticketd::e2e
