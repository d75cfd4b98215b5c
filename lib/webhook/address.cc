#include "webhook/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <regex>

namespace ticketd::webhook {
namespace {

constexpr int kMappedBits = 96;
constexpr std::size_t kMostUrl = 2'048;

Address mapped(const in_addr& address) {
  Address bytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  std::memcpy(bytes.data() + kMappedBits / 8, &address, sizeof address);
  return bytes;
}

Address bytes_of(const in6_addr& address) {
  Address bytes;
  std::memcpy(bytes.data(), &address, sizeof address);
  return bytes;
}

bool is_mapped(const Address& address) {
  constexpr Address kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(address.begin(), address.begin() + kMappedBits / 8, kMapped.begin());
}

// The IANA IPv4 Special-Purpose Address Registry, with multicast (RFC 5771), what is reserved (RFC 1112)
// and where Azure has services for its hosts.
const Networks& special_ipv4() {
  static const auto networks = *Networks::parse(
      "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
      "192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 "
      "203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32");
  return networks;
}

// Of what is handed out (2000::/3): IETF protocol assignments with Teredo, documentation, 6to4, AS112, documentation.
const Networks& special_ipv6() {
  static const auto networks = *Networks::parse("2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20");
  return networks;
}

const Networks& handed_out_ipv6() {
  static const auto networks = *Networks::parse("2000::/3");
  return networks;
}

struct End {
  Address address;
  int port;
};

std::optional<End> end_of(const sockaddr& socket) {
  if (socket.sa_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &socket, sizeof ipv4);
    return End{mapped(ipv4.sin_addr), ntohs(ipv4.sin_port)};
  }
  if (socket.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 ipv6{};
  std::memcpy(&ipv6, &socket, sizeof ipv6);
  return End{bytes_of(ipv6.sin6_addr), ntohs(ipv6.sin6_port)};
}

// Whoever speaks to himself does so from the address that he speaks to; the kernel says from where, and sends nothing.
bool is_own(const sockaddr& to, socklen_t size, const Address& address) {
  const int socket = ::socket(to.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return true;
  sockaddr_storage from{};
  socklen_t from_size = sizeof from;
  const bool is_known =
      ::connect(socket, &to, size) == 0 && ::getsockname(socket, reinterpret_cast<sockaddr*>(&from), &from_size) == 0;
  ::close(socket);
  if (!is_known) return false;  // there is no way to it
  const auto here = end_of(reinterpret_cast<const sockaddr&>(from));
  return !here || here->address == address;
}

const std::regex& url_form() {
  static const std::regex form(
      R"(https?://([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?|\[[0-9a-fA-F:.]+\])(:([0-9]{1,5}))?([/?][\x21-\x7e]*)?)");
  return form;
}

}  // namespace

std::optional<Networks> Networks::parse(std::string_view text) {
  Networks list;
  static constexpr std::string_view kBetween = " ,";
  for (auto from = text.find_first_not_of(kBetween); from != std::string_view::npos;
       from = text.find_first_not_of(kBetween, from)) {
    const auto word = text.substr(from, text.find_first_of(kBetween, from) - from);
    from += word.size();
    const auto slash = word.find('/');
    const std::string host(word.substr(0, slash));
    in_addr ipv4{};
    in6_addr ipv6{};
    const bool is_ipv4 = ::inet_pton(AF_INET, host.c_str(), &ipv4) == 1;
    if (!is_ipv4 && ::inet_pton(AF_INET6, host.c_str(), &ipv6) != 1) return std::nullopt;
    int bits = is_ipv4 ? 32 : 128;
    if (slash != std::string_view::npos) {
      const auto length = word.substr(slash + 1);
      int value = -1;
      const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), value);
      if (error != std::errc{} || end != length.data() + length.size() || value < 0 || value > bits)
        return std::nullopt;
      bits = value;
    }
    list.networks_.push_back(is_ipv4 ? Network{mapped(ipv4), kMappedBits + bits} : Network{bytes_of(ipv6), bits});
  }
  return list;
}

bool Networks::contains(const Address& address) const {
  return std::ranges::any_of(networks_, [&](const Network& network) {
    const auto whole = static_cast<std::size_t>(network.bits / 8);
    if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole), network.address.begin()))
      return false;
    const int rest = network.bits % 8;
    return rest == 0 || (address.at(whole) ^ network.address.at(whole)) >> (8 - rest) == 0;
  });
}

bool is_public(const Address& address) {
  if (is_mapped(address)) return !special_ipv4().contains(address);
  return handed_out_ipv6().contains(address) && !special_ipv6().contains(address);
}

bool may_ask(const sockaddr& to, socklen_t size, const Networks& allowed) {
  const auto there = end_of(to);
  if (!there || !is_askable_port(there->port)) return false;
  if (allowed.contains(there->address)) return true;
  return is_public(there->address) && !is_own(to, size, there->address);
}

std::string fault_of_url(const std::string& url) {
  if (url.size() > kMostUrl) return "has more than 2,048 bytes";
  if (!url.starts_with("https://") && !url.starts_with("http://")) return "must begin with https:// or http://";
  std::smatch parts;
  if (!std::regex_match(url, parts, url_form()))
    return "must be such as https://hooks.example.org/tickets, without user, password and fragment";
  if (parts[4].matched && !is_askable_port(std::stoi(parts[4]))) return "must have port 80, 443 or one above 1023";
  return url.find('#') == std::string::npos ? "" : "must have no fragment";
}

std::string host_of(const std::string& url) {
  std::smatch parts;
  return std::regex_match(url, parts, url_form()) ? parts[1].str() : "";
}

}  // namespace ticketd::webhook
