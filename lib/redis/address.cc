#include "redis/address.h"

#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace ticketd::redis {
namespace {

constexpr std::size_t kLongestPath = sizeof(sockaddr_un::sun_path) - 1;  // hiredis would cut off the rest
constexpr int kMostDatabases = 1'000'000;

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument(what); }

int number_of(std::string_view text, int least, int most, const char* what) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) refuse(what);
  return number;
}

int database_of(std::string_view text) {
  return number_of(text, 0, kMostDatabases, "names a database that is no number");
}

// The byte that two hexadecimal digits name.
std::optional<char> byte_of(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2) return std::nullopt;
  return static_cast<char>(value);
}

std::string decoded(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      bytes += text[i];
      continue;
    }
    const auto byte = byte_of(text.substr(i + 1, 2));
    if (!byte || *byte == '\0') refuse("has a % that is not followed by two hexadecimal digits; % itself is %25");
    bytes += *byte;
    i += 2;
  }
  return bytes;
}

// Cuts "user:password@" off the front of `authority`.
void take_credentials(std::string_view& authority, Address& address) {
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos) return;
  const auto who = authority.substr(0, at);
  const auto colon = who.find(':');
  if (colon == std::string_view::npos || colon + 1 == who.size())
    refuse("has a user without a password; it is USER:PASSWORD@");
  address.user = decoded(who.substr(0, colon));
  address.password = decoded(who.substr(colon + 1));
  authority.remove_prefix(at + 1);
}

bool is_name(std::string_view host) {
  return std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  });
}

// "host:port", "[address]:port", both parts optional.
void take_host(std::string_view place, Address& address) {
  auto rest = place;
  if (place.starts_with('[')) {
    const auto end = place.find(']');
    const auto inside = place.substr(1, end == std::string_view::npos ? end : end - 1);
    if (end == std::string_view::npos || inside.find(':') == std::string_view::npos ||
        inside.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos)
      refuse("has a [ that no IPv6 address and ] follow");
    address.host = inside;
    rest = place.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') refuse("has something behind the ] that is no port");
  } else {
    const auto colon = std::min(place.find(':'), place.size());
    if (!is_name(place.substr(0, colon)))
      refuse("names no host; signs such as / ? # in a password are written %2F %3F %23");
    if (colon > 0) address.host = place.substr(0, colon);
    rest = place.substr(colon);
  }
  if (!rest.empty())
    address.port =
        number_of(rest.substr(1), 1, 65535,
                  "has a port that is no number from 1 to 65535; an IPv6 address stands in [ ], and a / in a "
                  "password is written %2F");
}

void take_path(std::string_view path, Address& address) {
  const auto query = path.find('?');
  if (query != std::string_view::npos) {
    if (!path.substr(query).starts_with("?db=")) refuse("has behind the ? something else than db=NUMBER");
    address.database = database_of(path.substr(query + 4));
    path = path.substr(0, query);
  }
  address.path = decoded(path);
  if (address.path.size() > kLongestPath)
    refuse("names a socket by more than " + std::to_string(kLongestPath) + " bytes");
}

}  // namespace

Address Address::parse(const std::string& url) {
  Address address;
  std::string_view rest = url;
  const bool is_socket = rest.starts_with("unix://");
  if (!is_socket && !rest.starts_with("redis://")) refuse("must start with redis:// or unix://");
  rest.remove_prefix(is_socket ? 7 : 8);
  const auto slash = std::min(rest.find('/'), rest.size());
  auto authority = rest.substr(0, slash);
  const auto path = rest.substr(slash);
  take_credentials(authority, address);
  if (is_socket) {
    if (!authority.empty() || path.size() < 2)
      refuse("must name a socket's whole path, unix:///run/redis.sock; a / in a password is written %2F");
    take_path(path, address);
  } else {
    take_host(authority, address);
    if (path.size() > 1) address.database = database_of(path.substr(1));
  }
  return address;
}

std::string Address::text() const {
  if (!path.empty()) return "unix:" + path;
  return (host.find(':') == std::string::npos ? host : '[' + host + ']') + ':' + std::to_string(port);
}

}  // namespace ticketd::redis
