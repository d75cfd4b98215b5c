// A crowd of people who each send one request, as fast as the service lets them: crowd PORT CONNECTIONS FILE OUT.
// FILE is that of wrk.lua. For each request OUT has a line: when it was sent and when it was answered (us since 1970),
// the status, and the id at the end of the Location.
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

std::string request_of(const std::string& line) {
  std::istringstream parts(line);
  std::string method, path, token, body;
  std::getline(parts, method, '\t');
  std::getline(parts, path, '\t');
  std::getline(parts, token, '\t');
  std::getline(parts, body);
  return method + ' ' + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

int connect_to(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("connect");
  return fd;
}

// The text of a header's value; empty if it is not there.
std::string header(const std::string& reply, const std::string& name) {
  const auto at = reply.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const auto start = at + name.size() + 4;
  return reply.substr(start, reply.find("\r\n", start) - start);
}

bool complete(const std::string& reply) {
  const auto end = reply.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  return reply.size() >= end + 4 + std::strtoul(header(reply, "Content-Length").c_str(), nullptr, 10);
}

struct Person {
  int fd;
  std::size_t request = 0;
  std::int64_t sent_us = 0;
  std::string reply;
};

class Crowd {
 public:
  Crowd(std::vector<std::string> requests, std::ofstream& out) : requests_(std::move(requests)), out_(out) {}

  void run(int port, int connections) {
    std::vector<Person> people;
    for (int i = 0; i < connections; ++i) people.push_back({connect_to(port), 0, 0, ""});
    for (auto& person : people) {
      epoll_event event{EPOLLIN, {.ptr = &person}};
      if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, person.fd, &event) != 0) fail("epoll_ctl");
      send_next(person);
    }
    std::vector<epoll_event> events(people.size());
    while (answered_ < requests_.size()) {
      const int ready = ::epoll_wait(epoll_, events.data(), connections, 30'000);
      if (ready <= 0) fail("no answer for 30 s");
      for (int i = 0; i < ready; ++i) receive(*static_cast<Person*>(events[static_cast<std::size_t>(i)].data.ptr));
    }
  }

 private:
  void send_next(Person& person) {
    if (next_ == requests_.size()) return;
    person.request = next_++;
    person.reply.clear();
    person.sent_us = now_us();
    const auto& text = requests_[person.request];
    // A request is far smaller than a socket's buffer.
    if (::send(person.fd, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) fail("send");
  }

  void receive(Person& person) {
    std::string part(16 * 1024, '\0');
    const auto size = ::recv(person.fd, part.data(), part.size(), 0);
    if (size <= 0) fail("the connection was closed");
    person.reply.append(part, 0, static_cast<std::size_t>(size));
    if (!complete(person.reply)) return;
    const auto location = header(person.reply, "Location");
    out_ << person.sent_us << ' ' << now_us() << ' ' << person.reply.substr(9, 3) << ' '
         << location.substr(location.rfind('/') + 1) << '\n';
    ++answered_;
    send_next(person);
  }

  const std::vector<std::string> requests_;
  std::ofstream& out_;
  const int epoll_ = ::epoll_create1(0);
  std::size_t next_ = 0;
  std::size_t answered_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: crowd PORT CONNECTIONS FILE OUT\n";
    return 2;
  }
  std::vector<std::string> requests;
  std::ifstream file(argv[3]);
  for (std::string line; std::getline(file, line);) requests.push_back(request_of(line));
  std::ofstream out(argv[4]);
  Crowd(std::move(requests), out).run(std::atoi(argv[1]), std::atoi(argv[2]));
}
