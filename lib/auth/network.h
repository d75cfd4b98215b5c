// Whom a limit by address counts as one.
#pragma once
#include <string>

namespace ticketd::auth {

// An IPv4 address stays as it is, also one that is mapped into IPv6. Of an IPv6 address the first 64 bits are left, as
// 16 hexadecimal digits: a customer has at least that many addresses (RFC 6177), and could send each request from
// another one. Anything else stays as it is.
std::string network_of(const std::string& address);

// The same with the first 48 bits of an IPv6 address, 12 digits: a site has no more (RFC 6177). For a stock that all
// share: 256 networks of one site must not have 256 parts of it.
std::string site_of(const std::string& address);

}  // namespace ticketd::auth
