#include "support/fcgi_client.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "support/stack.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

namespace ticketd::e2e {
namespace {

// FastCGI specification, section 8.
constexpr std::size_t kHeaderBytes = 8;
enum RecordType : char { kBeginRequest = 1, kParams = 4, kStdin = 5, kStdout = 6 };

std::string record(RecordType type, const std::string& content) {
  const auto high = static_cast<char>(content.size() >> 8U), low = static_cast<char>(content.size() & 0xffU);
  return std::string{1, type, 0, 1, high, low, 0, 0} + content;
}

// Both shorter than 128 bytes.
std::string pair_of(const std::string& name, const std::string& value) {
  return std::string{static_cast<char>(name.size()), static_cast<char>(value.size())} + name + value;
}

std::string request_of(const FcgiParams& params) {
  std::string pairs;
  for (const auto& [name, value] : params) pairs += pair_of(name, value);
  const std::string responder = {0, 1, 0, 0, 0, 0, 0, 0};
  return record(kBeginRequest, responder) + record(kParams, pairs) + record(kParams, "") + record(kStdin, "");
}

std::string stdout_in(std::string_view answer) {
  std::string text;
  while (answer.size() >= kHeaderBytes) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(answer[at]); };
    const std::size_t size = byte(4) * 256U + byte(5), padding = byte(6);
    if (answer[1] == kStdout) text += answer.substr(kHeaderBytes, size);
    answer.remove_prefix(std::min(answer.size(), kHeaderBytes + size + padding));
  }
  return text;
}

}  // namespace

std::string ask_endpoint(const std::string& name, const FcgiParams& params) {
  const auto path = setting("RUN_DIR") + "/sock/" + name + ".sock";
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    FAIL(("nobody at " + path).c_str());
  const auto sent = request_of(params);
  [[maybe_unused]] const auto written = ::write(fd, sent.data(), sent.size());
  std::string answer;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(fd, buffer.data(), buffer.size())) > 0;)
    answer.append(buffer.data(), static_cast<std::size_t>(got));
  ::close(fd);
  return stdout_in(answer);
}

}  // namespace ticketd::e2e
