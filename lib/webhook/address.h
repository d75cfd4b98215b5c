// Where webhooks may be sent. Their URLs are anybody's, and this host can reach what the internet cannot: its own
// services, a private network, a cloud's metadata. A name may lead to any address, and to another one a moment later;
// so the address itself is judged, when the socket to it is opened.
#pragma once
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ticketd::webhook {

// 16 bytes; those of IPv4 are mapped into IPv6 (RFC 4291, 2.5.5.2).
using Address = std::array<std::uint8_t, 16>;

// A list of networks.
class Networks {
 public:
  // "10.0.0.0/8 fd00::/8 192.168.7.9", with spaces or commas between. Empty for what is none.
  static std::optional<Networks> parse(std::string_view text);
  [[nodiscard]] bool contains(const Address& address) const;

 private:
  struct Network {
    Address address;
    int bits;
  };
  std::vector<Network> networks_;
};

// A host on the internet: none of the special addresses of the IANA registries (RFC 6890), nor one that leads to an
// IPv4 address by a translation (NAT64, 6to4, Teredo), whatever that is, nor what a cloud keeps for its own hosts.
bool is_public(const Address& address);

// 80, 443 and those above 1023: no mail server is to be spoken to in HTTP.
constexpr bool is_askable_port(int port) { return port == 80 || port == 443 || (port > 1'023 && port <= 65'535); }

// May it be asked? What is neither IPv4 nor IPv6 may not, nor an address of this host itself, be it a public one: no
// firewall is in between.
bool may_ask(const sockaddr& to, socklen_t size, const Networks& allowed);

// What is wrong with a URL that somebody wants to be sent webhooks at, in words; empty if nothing is. It has at most
// 2,048 bytes, http:// or https://, a host, maybe a port that is_askable_port(), a path and a query.
std::string fault_of_url(const std::string& url);

// "hooks.example.org" of such a URL: for logs and messages, for the rest may hold a secret.
std::string host_of(const std::string& url);

}  // namespace ticketd::webhook
