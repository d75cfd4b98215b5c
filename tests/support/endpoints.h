// Every endpoint of the contract, once, for the rules that hold for all of them.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace ticketd::e2e {

struct Endpoint {
  std::string method;
  std::string path;  // with the id of nothing where it takes one, and with ticket 1
  bool needs_token = true;
  bool goes_without = false;             // but answers whoever sends none as well
  std::optional<std::string> body = {};  // of those that take one, an empty object
  std::size_t body_limit = 16 * 1024;    // in bytes
};

const std::vector<Endpoint>& endpoints();

struct Resource {
  std::string path;
  std::vector<std::string> methods;  // HEAD is understood where GET is
};

// The same by path.
const std::vector<Resource>& resources();

}  // namespace ticketd::e2e
