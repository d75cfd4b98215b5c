// Whom a limit by address counts as one. Every limit of that kind takes the networks from here; nginx has the same ones
// (http.conf), and a test compares them.
#pragma once
#include <string>
#include <vector>

#include "config/config.h"

namespace ticketd::auth {

struct Network {
  std::string name;
  int shares = 1;  // how many times the limit of one address all of it has
};

// The networks that a request counts against, the smallest first. An IPv4 address is one, also if it is mapped into
// IPv6. Of an IPv6 address these are the first 64 bits, for a customer has at least that many addresses (RFC 6177); the
// first 56 with four shares, and the first 48 with sixteen, for that is what a customer may have at most: 65,536
// networks must not be as many limits. Names are hexadecimal. What is no address stays as it is.
std::vector<Network> networks_of(const std::string& address);

// A limit of one address, for the network: as many times that as it has shares, 2,000,000,000 at most.
RateRule rule_for(const RateRule& rule, const Network& network);

// The largest of them alone: for a stock that all share.
std::string site_of(const std::string& address);

}  // namespace ticketd::auth
