#include "support/routes.h"

#include <CppUTest/Utest.h>
#include <CppUTest/UtestMacros.h>

#include <fstream>
#include <regex>

namespace ticketd::e2e {

std::vector<std::string> routes() {
  std::ifstream file("nginx/routes.conf");
  if (!file) FAIL("nginx/routes.conf cannot be read: run the tests from the top of the tree");
  const std::regex route(R"re(^\s*"~\^((?:\(\?:GET\|HEAD\)|[A-Z]+) /.*)\$"\s+(?!www;)\S+;$)re");
  const std::regex get(R"(\(\?:GET\|HEAD\))"), value(R"(\(\?<\w+>\[\^/\]\+\))"), dot(R"(\\\.)");
  std::vector<std::string> found;
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (!std::regex_match(line, match, route)) continue;
    auto path = std::regex_replace(std::regex_replace(match[1].str(), get, "GET"), value, "{}");
    found.push_back(std::regex_replace(path, dot, "."));
  }
  return found;
}

}  // namespace ticketd::e2e
